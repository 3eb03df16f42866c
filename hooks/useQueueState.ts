"use client";
import * as React from "react";
import type { QueueState } from "../src/client/surface.ts";
import { describe } from "./describe.ts";
import { useResilientClient } from "./useResilientClient.ts";
import { useStore } from "./useStore.ts";

/** The outbox in numbers, or what `selector` makes of them. Renders when `isEqual` (default: shallow) sees a difference. */
export function useQueueState<S = QueueState>(
  selector?: (queue: QueueState) => S,
  isEqual?: (a: S, b: S) => boolean,
): S {
  const client = useResilientClient();
  React.useDebugValue(client, describe);
  return useStore(client.outbox.state, selector, isEqual);
}
