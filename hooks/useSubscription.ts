"use client";
import * as React from "react";
import type { Message } from "../src/client/message.ts";
import { describe } from "./describe.ts";
import {
  useChannel,
  type BatchOptions,
  type ChannelHandler,
  type ChannelOptions,
  type SubscriptionOptions,
} from "./useChannel.ts";
import { useResilientClient } from "./useResilientClient.ts";

/**
 * Hears a channel while mounted. Handlers may be inline: the latest is called, nothing is subscribed anew. With `batch: 'frame'` or
 * `'task'` the handler gets all messages since the last time, so that a burst renders once.
 */
export function useSubscription(
  channel: string,
  handler: (messages: readonly Message[]) => void,
  options: BatchOptions,
): void;
export function useSubscription(
  channel: string,
  handler: (message: Message) => void,
  options?: SubscriptionOptions & { readonly batch?: false | undefined },
): void;
export function useSubscription(
  channel: string,
  handler: ChannelHandler,
  options: ChannelOptions = {},
): void {
  const client = useResilientClient();
  React.useDebugValue(client, describe);
  useChannel(client, channel, handler, options);
}
