import type { Cursor } from "../protocol/frames.ts";
import { dataFrames } from "./encodeEvents.ts";
import type { Sight } from "./sight.ts";
import type { LogEvent, LogStore } from "./store/LogStore.ts";

/** One listener of one channel. Live ones stand at the channel's head; the others read the log and join later. */
export interface Subscription {
  /** The connection, for telling apart. */
  readonly owner: unknown;
  readonly subject: string;
  isLive: boolean;
  readonly deliver: (dataFrames: readonly string[], lastLam: number) => void;
  readonly deliverVolatile: (text: string) => void;
  /** The log was rolled back under a live listener that stood at `from`. */
  readonly lost: (from: Cursor) => void;
}

/** One ring per node and channel: the newest events, contiguous by `prev`, and who wants them. */
export interface Channel {
  readonly name: string;
  readonly subscriptions: Set<Subscription>;
  readonly heard: (events: readonly LogEvent[]) => void;
  /** Continues a listener that has read the log up to `cursor`; answers what it still misses, or `behind` or `fork` to read on. */
  readonly join: (cursor: Cursor) => readonly LogEvent[] | "behind" | "ahead" | "fork";
  /** The end of what this node heard, if the ring goes on from `cursor` without the log; undefined: only the log can tell. */
  readonly endFrom: (cursor: Cursor) => Cursor | undefined;
  /** Whether a place where a listener stands is one of what this node heard; undefined: it was not heard, or forgotten. */
  readonly agrees: (cursor: Cursor) => boolean | undefined;
  /** Compares with the log and catches up. Never rejects. */
  readonly reread: () => Promise<void>;
}

export interface ChannelOptions {
  readonly name: string;
  readonly store: Pick<LogStore, "read" | "head">;
  readonly sight: Sight;
  readonly onStoreError: (error: unknown) => void;
}

const RING_SIZE = 1024;
const PAGE = 512;

export function createChannel({ name, store, sight, onStoreError }: ChannelOptions): Channel {
  const subscriptions = new Set<Subscription>();
  let ring: LogEvent[] = [];
  /** The place after the last event of the ring; unknown until an event or a listener tells it. */
  let head: Cursor | undefined;
  let catchingUp: Promise<void> | undefined;

  function heard(events: readonly LogEvent[]): void {
    const fresh: LogEvent[] = [];
    for (const event of events) {
      const fit = head ? fits(event, head) : "next";
      if (fit === "known") continue;
      if (fit === "strange") {
        void catchUp();
        break;
      }
      ring.push(event);
      fresh.push(event);
      head = { epoch: event.epoch, seq: event.seq, tail: event.tail };
    }
    if (ring.length > RING_SIZE * 2) ring = ring.slice(-RING_SIZE);
    if (fresh.length > 0) broadcast(fresh);
  }

  function fits(event: LogEvent, at: Cursor): "next" | "known" | "strange" {
    if (event.epoch !== at.epoch) return "strange";
    if (event.seq === at.seq + 1) return event.prev === at.tail ? "next" : "strange";
    if (event.seq > at.seq) return "strange";
    const known = event.seq === at.seq ? at : ringAt(event.seq);
    return known && known.tail !== event.tail ? "strange" : "known";
  }

  const tailAt = (seq: number): string | undefined => ringAt(seq)?.tail ?? ringAt(seq + 1)?.prev;
  const ringAt = (seq: number): LogEvent | undefined => ring[seq - (ring[0]?.seq ?? Infinity)];

  /** Looked at once for all listeners without a filter or a message of their own, else once per subject; serialised once per view. */
  function broadcast(events: readonly LogEvent[]): void {
    const senders = new Set(events.map(({ subject }) => subject));
    const bySubject = new Map<string, readonly string[]>();
    const byView = new Map<string, readonly string[]>();
    const lastLam = events.at(-1)?.lam ?? 0;
    for (const subscription of subscriptions) {
      if (!subscription.isLive) continue;
      const { subject } = subscription;
      const variant = sight.isFiltered || senders.has(subject) ? subject : "";
      let frames = bySubject.get(variant);
      if (!frames) bySubject.set(variant, (frames = encode(variant)));
      subscription.deliver(frames, lastLam);
    }

    function encode(subject: string): readonly string[] {
      const looks = sight.looks(subject, events);
      const view = looks.join();
      let frames = byView.get(view);
      if (!frames) byView.set(view, (frames = dataFrames(name, events, looks)));
      return frames;
    }
  }

  function join(cursor: Cursor): readonly LogEvent[] | "behind" | "ahead" | "fork" {
    head ??= cursor;
    if (cursor.epoch !== head.epoch) return "fork";
    if (cursor.seq > head.seq) return "ahead";
    if (cursor.seq === head.seq) return cursor.tail === head.tail ? [] : "fork";
    const next = ringAt(cursor.seq + 1);
    if (!next) return "behind";
    return next.prev === cursor.tail ? ring.slice(next.seq - (ring[0] as LogEvent).seq) : "fork";
  }

  /** Reads on from the head inclusive; a log that does not continue there empties the ring. */
  const catchUp = (): Promise<void> => {
    catchingUp ??= readOn()
      .catch(onStoreError)
      .finally(() => {
        catchingUp = undefined;
      });
    return catchingUp;
  };

  async function readOn(): Promise<void> {
    for (;;) {
      const from = head;
      if (!from) return;
      const slice = await store.read(name, from.seq, PAGE);
      if (head !== from) continue;
      const missed = from.seq === slice.seq ? [] : slice.events.filter(({ seq }) => seq > from.seq);
      if (!continues(from, slice.epoch, slice, slice.events)) return fork(from);
      if (missed.length === 0) return;
      heard(missed);
      if (missed.length < PAGE - 1) return;
    }
  }

  function fork(from: Cursor): void {
    ring = [];
    head = undefined;
    for (const subscription of subscriptions) {
      if (!subscription.isLive) continue;
      subscription.isLive = false;
      subscription.lost(from);
    }
  }

  return {
    name,
    subscriptions,
    heard,
    join,
    agrees: (cursor) => {
      if (!head) return undefined;
      if (cursor.epoch !== head.epoch || cursor.seq > head.seq) return false;
      const tail = cursor.seq === head.seq ? head.tail : tailAt(cursor.seq);
      return tail === undefined ? undefined : tail === cursor.tail;
    },
    endFrom: (cursor) => (head && typeof join(cursor) !== "string" ? head : undefined),
    reread: async () => {
      const before = head;
      if (!before) return;
      try {
        const now = await store.head(name);
        if (head !== before || isSame(now, before)) return;
      } catch (error) {
        return onStoreError(error);
      }
      await catchUp();
    },
  };
}

const isSame = (a: Cursor, b: Cursor): boolean => a.seq === b.seq && a.tail === b.tail && a.epoch === b.epoch;

/** Whether a log that was read from `from.seq` inclusive goes on from there. */
function continues(
  from: Cursor,
  epoch: string,
  end: { readonly seq: number; readonly tail: string },
  events: readonly LogEvent[],
): boolean {
  if (epoch !== from.epoch) return false;
  if (end.seq === from.seq) return end.tail === from.tail;
  const [first] = events;
  if (first?.seq === from.seq) return first.tail === from.tail;
  return first?.seq === from.seq + 1 && first.prev === from.tail;
}
