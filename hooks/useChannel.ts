"use client";
import * as React from "react";
import type { Continuity, Message } from "../src/client/message.ts";
import type { Pace, ResilientClient, SubscribeOptions } from "../src/client/ResilientClient.ts";

/** Where a hook's subscription starts, and what it hears beside messages. */
export interface SubscriptionOptions<T = unknown> {
  /** Where a subscription without a cursor starts, read when it starts. Default `'now'`. */
  readonly since?: SubscribeOptions["since"];
  /** Runs before the handler; false drops the message for this handler only. */
  readonly filter?: ((message: Message<T>) => boolean) | undefined;
  /** What a break did to the channel. */
  readonly onContinuity?: ((continuity: Continuity) => void) | undefined;
  /** False: not subscribed. Default true. */
  readonly enabled?: boolean | undefined;
}

/**
 * Messages in batches, once a `frame` or once a `task`; sooner when more than 1 000 wait and when the subscription ends. A batch ends
 * where a continuity is told.
 */
export interface BatchOptions<T = unknown> extends SubscriptionOptions<T> {
  readonly batch: Pace;
}

export interface ChannelOptions extends SubscriptionOptions {
  readonly batch?: Pace | false | undefined;
}

/** Of one message or, with `batch`, of several. */
export type ChannelHandler = (input: never) => void;

/** Subscribes while mounted; always calls the handlers of the latest commit, never subscribes anew for them. */
export function useChannel(
  client: ResilientClient,
  channel: string,
  handler: ChannelHandler | undefined,
  options: ChannelOptions,
): void {
  const latest = React.useRef({ handler, ...options });
  React.useInsertionEffect(() => {
    latest.current = { handler, ...options };
  });
  const { enabled, batch } = options;
  const on = enabled !== false && !!(handler ?? options.onContinuity);
  React.useEffect(() => {
    if (!on) return;
    const hear = (input: Message | readonly Message[]) => latest.current.handler?.(input as never);
    const hearing: SubscribeOptions = {
      since: latest.current.since,
      filter: (message) => latest.current.filter?.(message) ?? true,
      onContinuity: (continuity) => latest.current.onContinuity?.(continuity),
    };
    if (!batch) return client.subscribe(channel, hear, hearing);
    const backlog = client.backlog(channel, () => backlog.drain(hear), { ...hearing, pace: batch });
    return () => {
      // A subscription without batches had heard it: what is hidden and shown again, or changes its pace, misses nothing.
      backlog.drain(hear);
      backlog.stop();
    };
  }, [client, channel, on, batch]);
}
