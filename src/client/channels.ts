import type { Clock } from "../core/ports.ts";
import type { Cursor, Since } from "../protocol/frames.ts";
import type { Emitter } from "./emitter.ts";
import { isCursor, isSince } from "../protocol/places.ts";
import type { Message } from "./message.ts";
import { notifyAll } from "./notifyAll.ts";
import type { SubscribeOptions } from "./ResilientClient.ts";

interface Handler {
  readonly handle: (message: Message) => void;
  readonly options: SubscribeOptions;
}

/** One channel of this tab. The cursor is undefined until the server answered. */
export interface Channel {
  readonly name: string;
  readonly handlers: Set<Handler>;
  readonly since: Since;
  cursor: Cursor | undefined;
  /** When the last handler left. */
  idleAtMs: number;
  /** The wire no longer carries it; the cursor is kept for a while. */
  dropped: boolean;
}

export interface Channels {
  readonly all: ReadonlyMap<string, Channel>;
  readonly subscribe: (
    name: string,
    handle: (message: Message) => void,
    options?: SubscribeOptions,
  ) => () => void;
  readonly deliver: (channel: Channel, message: Message) => void;
  /** A message that has no place in a log: plain mode, volatile. Dropped where nobody subscribed. */
  readonly deliverLoose: (name: string, data: unknown, id: string) => void;
  /** Lets go of idle channels; ms until the next is due, Infinity without one. `now`: all of them at once. */
  readonly sweep: (now?: boolean) => number;
}

export interface ChannelsHost {
  readonly clock: Clock;
  readonly emitter: Emitter;
  readonly opened: (name: string) => void;
  readonly idle: () => void;
  readonly closed: (name: string) => void;
}

/** A remount within this time is invisible on the wire. */
const lingerMs = 1_000;
/** One within this time resumes from the cursor. */
const rememberMs = 30_000;

export const createChannels = ({ clock, emitter, opened, idle, closed }: ChannelsHost): Channels => {
  const all = new Map<string, Channel>();

  const open = (name: string, since: Since | Cursor = "now"): Channel => {
    const known = all.get(name);
    const cursor = isCursor(since) ? since : undefined;
    if (known && (!cursor || known.handlers.size)) return known;
    const channel: Channel = {
      name,
      handlers: new Set(),
      since: cursor ? "now" : (since as Since),
      cursor,
      idleAtMs: 0,
      dropped: true,
    };
    all.set(name, channel);
    return channel;
  };

  const deliver: Channels["deliver"] = ({ handlers }, message) => {
    for (const { handle, options } of [...handlers])
      try {
        if (options.filter?.(message) !== false) handle(message);
      } catch (error) {
        emitter.report(error);
      }
  };

  return {
    all,
    subscribe: (name, handle, options = {}) => {
      const { since, onContinuity } = options;
      const isKnown = since === undefined || isSince(since) || isCursor(since);
      const channel = open(name, isKnown ? since : "now");
      // A cursor that somebody kept and spoilt: the connection must not pay for it, and the app must know.
      if (!isKnown && onContinuity)
        clock.soon(() =>
          notifyAll([onContinuity], emitter.report, {
            channel: name,
            result: "lost",
            replayed: 0,
            missed: undefined,
            reason: "invalid_since",
          }),
        );
      const handler: Handler = { handle, options };
      channel.handlers.add(handler);
      if (channel.dropped) {
        channel.dropped = false;
        opened(name);
      }
      return () => {
        if (!channel.handlers.delete(handler) || channel.handlers.size) return;
        channel.idleAtMs = clock.nowMs();
        idle();
      };
    },
    deliver,
    deliverLoose: (name, data, id) => {
      const channel = all.get(name);
      const loose = { seq: undefined, lam: undefined, own: false, replayed: false };
      if (channel) deliver(channel, { data, id, channel: name, ...loose });
    },
    sweep: (now = false) => {
      let due = Infinity;
      for (const channel of all.values()) {
        if (channel.handlers.size) continue;
        const idleMs = now ? Infinity : clock.nowMs() - channel.idleAtMs;
        if (idleMs >= lingerMs && !channel.dropped) {
          channel.dropped = true;
          closed(channel.name);
        }
        if (idleMs >= rememberMs) all.delete(channel.name);
        else due = Math.min(due, (channel.dropped ? rememberMs : lingerMs) - idleMs);
      }
      return due;
    },
  };
};
