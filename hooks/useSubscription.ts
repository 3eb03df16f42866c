"use client";
import * as React from "react";
import type { Message } from "../src/client/message.ts";
import { describe } from "./describe.ts";
import { useChannel, type SubscriptionOptions } from "./useChannel.ts";
import { useResilientClient } from "./useResilientClient.ts";

/** Hears a channel while mounted. Handlers may be inline: the latest is called, nothing is subscribed anew. */
export function useSubscription(
  channel: string,
  handler: (message: Message) => void,
  options: SubscriptionOptions = {},
): void {
  const client = useResilientClient();
  React.useDebugValue(client, describe);
  useChannel(client, channel, handler, options);
}
