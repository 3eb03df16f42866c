"use client";
import * as React from "react";
import { defaultContext } from "../providers/context.ts";
import type { ResilientClient } from "../src/client/ResilientClient.ts";
import { describe } from "./describe.ts";
import { useTarget } from "./useTarget.ts";

/** The provider's client. Throws `NO_PROVIDER` without one. */
export const useResilientClient = (): ResilientClient => {
  const client = useTarget(defaultContext);
  React.useDebugValue(client, describe);
  return client;
};
