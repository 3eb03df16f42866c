"use client";
import * as React from "react";
import type { Continuity, Message } from "../src/client/message.ts";
import type { ResilientClient, SubscribeOptions } from "../src/client/ResilientClient.ts";

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

/** Subscribes while mounted; always calls the handlers of the latest commit, never subscribes anew for them. */
export function useChannel(
  client: ResilientClient,
  channel: string,
  handler: ((message: Message) => void) | undefined,
  options: SubscriptionOptions,
): void {
  const latest = React.useRef({ handler, ...options });
  React.useInsertionEffect(() => {
    latest.current = { handler, ...options };
  });
  const on = options.enabled !== false && !!(handler ?? options.onContinuity);
  React.useEffect(
    () =>
      on
        ? client.subscribe(channel, (message) => latest.current.handler?.(message), {
            since: latest.current.since,
            filter: (message) => latest.current.filter?.(message) ?? true,
            onContinuity: (continuity) => latest.current.onContinuity?.(continuity),
          })
        : undefined,
    [client, channel, on],
  );
}
