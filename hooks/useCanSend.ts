"use client";
import * as React from "react";
import { acceptanceOf } from "./acceptanceOf.ts";
import { describe } from "./describe.ts";
import { useMade } from "./useMade.ts";
import { useResilientClient } from "./useResilientClient.ts";
import { useStore } from "./useStore.ts";

/**
 * Whether a message that is sent now goes out, at once or when the connection is back. False while the connection is `failed`
 * (nothing moves until somebody acts), after `dispose()`, and while the outbox is full: there the overflow policy decides. False
 * in a server's render, where `send` is refused.
 */
export function useCanSend(): boolean {
  const client = useResilientClient();
  React.useDebugValue(client, describe);
  return useStore(useMade(acceptanceOf, client, undefined));
}
