"use client";
import * as React from "react";
import type { OutboxEntry, ResilientClient } from "../src/client/ResilientClient.ts";
import { useStore } from "./useStore.ts";

type Entries = readonly OutboxEntry[];

const inChannel =
  (name: string | undefined) =>
  (all: Entries): Entries =>
    name === undefined ? all : all.filter(({ channel }) => channel === name);

/** The outbox's entries, or those of one channel: another list only when one of these changed. */
export function useEntries({ outbox }: ResilientClient, channel: string | undefined): Entries {
  const pick = React.useMemo(() => inChannel(channel), [channel]);
  return useStore(outbox.entries, pick);
}
