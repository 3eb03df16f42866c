"use client";
import * as React from "react";
import { defaultContext } from "../providers/context.ts";
import { describe } from "./describe.ts";
import type { ResilientWS } from "./resilientWS.ts";
import { readArguments, useSocket, type ResilientWSArguments, type ResilientWSOptions } from "./useSocket.ts";
import { useTarget, type Target } from "./useTarget.ts";

/**
 * The connection as one component needs it: `send` bound to a channel, the state, the queue, and messages through
 * `onMessage`. Of the provider, or of a `target`: a URL, a client, `null` for none. A target is connected while
 * a component that names it is mounted; a URL's socket is shared by all that name it. Payloads are `unknown`: `createSocketHooks`
 * types them per channel.
 */
export function useResilientWS(options?: ResilientWSOptions): ResilientWS;
export function useResilientWS(target: Target, options?: ResilientWSOptions): ResilientWS;
export function useResilientWS(...input: ResilientWSArguments) {
  const { target, options } = readArguments(input);
  const client = useTarget(defaultContext, target);
  React.useDebugValue(client, describe);
  return useSocket(client, options);
}
