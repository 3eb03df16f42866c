"use client";
import * as React from "react";
import type { OutboxEntry } from "../src/client/ResilientClient.ts";
import { describe } from "./describe.ts";
import { useEntries } from "./useEntries.ts";
import { useResilientClient } from "./useResilientClient.ts";

/**
 * The messages that are not settled, oldest first per channel; of one channel, where it is named. Renders when one of these comes,
 * goes or changes its status. `useResilientClient().outbox.cancel(id)` takes one back.
 */
export function useOutbox(channel?: string): readonly OutboxEntry[] {
  const client = useResilientClient();
  React.useDebugValue(client, describe);
  return useEntries(client, channel);
}
