"use client";
import * as React from "react";
import type { ResilientClient } from "../src/client/ResilientClient.ts";

/** What is made of a client and a channel, once for each pair. */
export function useMade<T, C extends string | undefined>(
  make: (client: ResilientClient, channel: C) => T,
  client: ResilientClient,
  channel: C,
): T {
  return React.useMemo(() => make(client, channel), [make, client, channel]);
}
