import type { Clock } from "../core/ports.ts";
import type { Json } from "../protocol/frames.ts";
import { type Channel, createChannel } from "./channel.ts";
import { settlesWithin } from "./settlesWithin.ts";
import type { Sight } from "./sight.ts";
import type { LogEvent, LogStore } from "./store/LogStore.ts";

/** The channels somebody on this node listens to. */
export interface ChannelHub {
  readonly open: (name: string) => Channel;
  /** Closes a channel nobody listens to any more. */
  readonly leave: (channel: Channel) => void;
  /** What the fan-out told; may lack events, repeat them or bring them out of order. */
  readonly heard: (events: readonly LogEvent[]) => void;
  /** To the channel's other live listeners that may see it. */
  readonly vol: (name: string, message: VolatileMessage) => void;
  readonly size: () => number;
  readonly stop: () => void;
}

export interface VolatileMessage {
  readonly d: Json;
  readonly subject: string;
  /** The connection it came from. */
  readonly owner: unknown;
}

/** A lost fan-out message on a quiet channel and a rollback under open sockets are found within this time. */
const REREAD_MS = 2000;
/** One answer that never comes must not end the looking. */
const PATIENCE_MS = 5000;

export interface HubOptions {
  readonly store: Pick<LogStore, "read" | "head">;
  readonly clock: Clock;
  readonly sight: Sight;
  readonly onStoreError: (error: unknown) => void;
}

export function createChannelHub({ store, clock, sight, onStoreError }: HubOptions): ChannelHub {
  const answered = async <T>(asked: Promise<T>): Promise<T> => {
    const answer = await settlesWithin(clock, PATIENCE_MS, asked);
    if (answer === undefined) throw new Error("the log did not answer");
    return answer;
  };
  const log: HubOptions["store"] = {
    head: (name) => answered(store.head(name)),
    read: (...args) => answered(store.read(...args)),
  };
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
      if (!channel) channels.set(name, (channel = createChannel({ name, store: log, sight, onStoreError })));
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
    vol: (name, { d, subject, owner }) => {
      const channel = channels.get(name);
      if (!channel) return;
      const text = JSON.stringify({ t: "vol", c: name, d });
      const isFor = sight.volatile(name, { payload: d, subject });
      for (const subscription of channel.subscriptions)
        if (subscription.owner !== owner && subscription.isLive && isFor(subscription.subject))
          subscription.deliverVolatile(text);
    },
    size: () => channels.size,
    stop: () => {
      cancelReread?.();
      cancelReread = undefined;
      channels.clear();
    },
  };
}
