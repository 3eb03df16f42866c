"use client";
import * as React from "react";
import type { ConnectionState } from "../src/client/surface.ts";
import { describe } from "./describe.ts";
import { useResilientClient } from "./useResilientClient.ts";
import { useStore } from "./useStore.ts";

/** The connection's state, or what `selector` makes of it. Renders when `isEqual` (default: shallow) sees a difference. */
export function useConnectionState<S = ConnectionState>(
  selector?: (state: ConnectionState) => S,
  isEqual?: (a: S, b: S) => boolean,
): S {
  const client = useResilientClient();
  React.useDebugValue(client, describe);
  return useStore(client.state, selector, isEqual);
}
