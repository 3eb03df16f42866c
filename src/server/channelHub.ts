import type { Clock } from "../core/ports.ts";
import { type Channel, createChannel } from "./channel.ts";
import type { LogEvent, LogStore } from "./store/LogStore.ts";

/** The channels somebody on this node listens to. */
export interface ChannelHub {
  readonly open: (name: string) => Channel;
  /** Closes a channel nobody listens to any more. */
  readonly leave: (channel: Channel) => void;
  /** What the fan-out told; may lack events, repeat them or bring them out of order. */
  readonly heard: (events: readonly LogEvent[]) => void;
  readonly vol: (name: string, text: string, except: unknown) => void;
  readonly stop: () => void;
}

/** A lost fan-out message on a quiet channel and a rollback under open sockets are found within this time. */
const REREAD_MS = 2000;

export interface HubOptions {
  readonly store: Pick<LogStore, "read" | "head">;
  readonly clock: Clock;
  readonly onStoreError: (error: unknown) => void;
}

export function createChannelHub({ store, clock, onStoreError }: HubOptions): ChannelHub {
  const channels = new Map<string, Channel>();
  let cancelReread: (() => void) | undefined;

  const scheduleReread = () => {
    if (cancelReread || channels.size === 0) return;
    cancelReread = clock.after(REREAD_MS, () => {
      cancelReread = undefined;
      void Promise.all([...channels.values()].map((channel) => channel.reread())).then(scheduleReread);
    });
  };

  return {
    open: (name) => {
      let channel = channels.get(name);
      if (!channel) channels.set(name, (channel = createChannel({ name, store, onStoreError })));
      scheduleReread();
      return channel;
    },
    leave: (channel) => {
      if (channel.subscriptions.size > 0 || channels.get(channel.name) !== channel) return;
      channels.delete(channel.name);
      if (channels.size > 0) return;
      cancelReread?.();
      cancelReread = undefined;
    },
    heard: (events) => {
      for (let from = 0; from < events.length;) {
        const name = events[from]?.channel as string;
        let to = from + 1;
        while (to < events.length && events[to]?.channel === name) to++;
        channels.get(name)?.heard(events.slice(from, to));
        from = to;
      }
    },
    vol: (name, text, except) => {
      for (const subscription of channels.get(name)?.subscriptions ?? [])
        if (subscription.owner !== except) subscription.deliverVolatile(text);
    },
    stop: () => {
      cancelReread?.();
      cancelReread = undefined;
      channels.clear();
    },
  };
}
