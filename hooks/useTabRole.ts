"use client";
import * as React from "react";
import type { TabsState } from "../src/client/ResilientClient.ts";
import { describe } from "./describe.ts";
import { useResilientClient } from "./useResilientClient.ts";
import { useStore } from "./useStore.ts";

export const roleOf = ({ role }: TabsState): TabsState["role"] => role;

/** Which part this tab plays among those that share its connection: `solo` where nothing is shared. */
export function useTabRole(): TabsState["role"] {
  const client = useResilientClient();
  React.useDebugValue(client, describe);
  return useStore(client.tabs, roleOf);
}
