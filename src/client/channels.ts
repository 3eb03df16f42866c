import { isSamePlace, placeAt } from "../core/inbox.ts";
import type { Clock } from "../core/ports.ts";
import type { Cursor, Since } from "../protocol/frames.ts";
import type { Emitter } from "./emitter.ts";
import { isCursor, isSince } from "../protocol/places.ts";
import type { Continuity, ContinuityResult, Message } from "./message.ts";
import { notifyAll } from "./notifyAll.ts";
import type { SubscribeOptions } from "./ResilientClient.ts";

/** What a consumer that cannot take everything says. */
export interface Bound {
  /** It takes no further event now: the next one leaves it behind. */
  readonly full: () => boolean;
  /** How many events it would read on with; 0 while that is not worth a read. */
  readonly room: () => number;
  /** The client is disposed of. */
  readonly ended: () => void;
}

export interface Handler {
  readonly handle: (message: Message) => void;
  readonly options: SubscribeOptions;
  readonly bound: Bound | undefined;
  /**
   * Set: it does not stand where the channel stands, because it was full or began elsewhere. It hears nothing of the channel and
   * reads on by itself from here, until it has caught up.
   */
  apart: Cursor | Since | undefined;
  /** Events it was given since it began at a cursor of its own; undefined once it was told that it is in step. */
  replayed: number | undefined;
}

/** One channel of this tab. The cursor is undefined until the server answered. */
export interface Channel {
  readonly name: string;
  readonly handlers: Set<Handler>;
  readonly since: Since;
  cursor: Cursor | undefined;
  /** The end of the log when the server last gave a verdict. */
  head: number | undefined;
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
    bound?: Bound,
  ) => () => void;
  /** To all that stand where the channel stands; who has no room is left behind there. */
  readonly deliver: (channel: Channel, message: Message) => void;
  readonly hand: (handler: Handler, message: Message) => void;
  /** Whether the handler stands where the channel stands; from then on it hears what the channel hears. */
  readonly isInStep: (channel: Channel, handler: Handler) => boolean;
  /** To one handler, or to all that stand where the channel stands; a refusal concerns the others too. */
  readonly tell: (
    channel: Channel,
    result: ContinuityResult,
    more?: Partial<Omit<Continuity, "channel" | "result">>,
    to?: Handler,
  ) => void;
  /** A message that has no place in a log: plain mode, volatile. Dropped where nobody subscribed. */
  readonly deliverLoose: (
    name: string,
    message: Pick<Message, "data" | "id"> & Partial<Pick<Message, "replayed">>,
  ) => void;
  /** Lets go of idle channels; ms until the next is due, Infinity without one. `now`: all of them at once. */
  readonly sweep: (now?: boolean) => number;
  /** Handlers that are apart read on, those with room. */
  readonly readOn: (name: string) => void;
  readonly end: () => void;
  /** After `end`. */
  readonly ended: () => boolean;
}

export interface ChannelsHost {
  readonly clock: Clock;
  readonly emitter: Emitter;
  readonly opened: (name: string) => void;
  readonly idle: () => void;
  readonly closed: (name: string) => void;
  /** False: the server keeps nothing that could be read. */
  readonly canRead: () => boolean;
  /** Reads on for the handlers of the channel that are apart and have room. */
  readonly readOn: (channel: Channel) => void;
}

/** A remount within this time is invisible on the wire. */
const lingerMs = 1_000;
/** One within this time resumes from the cursor. */
const rememberMs = 30_000;

export const createChannels = ({
  clock,
  emitter,
  opened,
  idle,
  closed,
  canRead,
  readOn,
}: ChannelsHost): Channels => {
  const all = new Map<string, Channel>();
  let over = false;

  const open = (name: string, since: Since | Cursor): Channel => {
    const known = all.get(name);
    const cursor = isCursor(since) ? since : undefined;
    if (known && (!cursor || known.handlers.size)) return known;
    const channel: Channel = {
      name,
      handlers: new Set(),
      since: cursor ? "now" : (since as Since),
      cursor,
      head: undefined,
      idleAtMs: 0,
      dropped: true,
    };
    all.set(name, channel);
    return channel;
  };

  /** Whether a start is another than that of the channel, which others hear already. */
  const isElsewhere = ({ handlers, cursor, since: begun }: Channel, since: Since | Cursor): boolean =>
    handlers.size > 0 &&
    since !== "now" &&
    (since as { last?: number }).last !== 0 &&
    JSON.stringify(since) !== JSON.stringify(cursor ?? begun);

  const hand: Channels["hand"] = ({ handle, options: { filter } }, message) =>
    notifyAll([() => filter?.(message) !== false && handle(message)], emitter.report);

  const tell: Channels["tell"] = ({ name, handlers }, result, more, to) => {
    const nothing = { replayed: 0, missed: undefined, reason: undefined };
    const continuity: Continuity = { channel: name, result, ...nothing, ...more };
    // A copy: a handler that lets go and subscribes anew is not told again.
    for (const handler of to ? [to] : [...handlers]) {
      const { options, apart } = handler;
      if (options.onContinuity && handlers.has(handler) && (to || apart === undefined || result === "denied"))
        notifyAll([options.onContinuity], emitter.report, continuity);
    }
    emitter.emit("continuity", continuity);
  };

  const isInStep: Channels["isInStep"] = (channel, handler) => {
    const { apart, replayed } = handler;
    if (apart === undefined) return true;
    if (!isCursor(apart) || !channel.cursor || !isSamePlace(apart, channel.cursor)) return false;
    handler.apart = handler.replayed = undefined;
    if (replayed !== undefined)
      tell(channel, replayed ? "replayed" : "kept", { replayed, missed: 0 }, handler);
    return true;
  };

  const deliver = (channel: Channel, message: Message): void => {
    emitter.emit("delivered", message);
    for (const handler of [...channel.handlers]) {
      // One before it may have let it go.
      if (!channel.handlers.has(handler) || !isInStep(channel, handler)) continue;
      if (!handler.bound?.full()) hand(handler, message);
      else if (channel.cursor) handler.apart = channel.cursor;
      // Nowhere to read it again.
      else tell(channel, "lost", { missed: 1, reason: "backlog_full" }, handler);
    }
  };

  return {
    all,
    subscribe: (name, handle, options = {}, bound) => {
      const { since = "now" } = options;
      // Field by field: what else stands in a kept cursor must not reach the wire.
      const start = isCursor(since) ? placeAt(since.epoch, since) : isSince(since) ? since : undefined;
      const channel = open(name, start ?? "now");
      const handler: Handler = { handle, options, bound, apart: undefined, replayed: undefined };
      // A cursor that somebody kept and spoilt: the connection must not pay for it, and the app must know.
      if (!start) clock.soon(() => tell(channel, "lost", { reason: "invalid_since" }, handler));
      if (start && canRead() && isElsewhere(channel, start)) {
        handler.apart = start;
        if (isCursor(start)) handler.replayed = 0;
      }
      channel.handlers.add(handler);
      readOn(channel);
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
    hand,
    isInStep,
    tell,
    deliver,
    deliverLoose: (name, message) => {
      const channel = all.get(name);
      const loose = { channel: name, seq: undefined, lam: undefined, own: false, replayed: false };
      if (channel) deliver(channel, { ...loose, ...message });
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
    readOn: (name) => {
      const channel = all.get(name);
      if (channel) readOn(channel);
    },
    end: () => {
      over = true;
      for (const { handlers } of all.values()) for (const { bound } of [...handlers]) bound?.ended();
    },
    ended: () => over,
  };
};
