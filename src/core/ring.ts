/** The newest events of one channel, contiguous by `prev`, for tabs that are a little behind. */
import { isSamePlace, place, placeAt, placeBefore } from "./inbox.ts";
import type { Cursor, WireEvent } from "../protocol/frames.ts";

export interface Ring {
  /** Where the log goes on; undefined until something told. */
  readonly head: () => Cursor | undefined;
  /** Begins anew at this place. */
  readonly begin: (at: Cursor) => void;
  /** `keep` false: only the head moves, nothing is remembered. What does not go on from the head begins the ring anew. */
  readonly push: (epoch: string, event: WireEvent, keep: boolean) => void;
  /** What follows the place; `behind`, `ahead` and `fork`: only the log can tell. */
  readonly from: (at: Cursor) => readonly WireEvent[] | "behind" | "ahead" | "fork";
  /** The newest n events, if it has as many. */
  readonly last: (n: number) => readonly WireEvent[] | undefined;
}

const maxEvents = 512;
/** UTF-16 units of JSON. */
const maxSize = 1_048_576;

export const createRing = (): Ring => {
  let events: WireEvent[] = [];
  let sizes: number[] = [];
  let size = 0;
  let head: Cursor | undefined;

  const empty = (): void => {
    events = [];
    sizes = [];
    size = 0;
  };
  const trim = (): void => {
    let drop = Math.max(0, events.length - maxEvents);
    for (let i = 0; i < events.length && (i < drop || size > maxSize); i++) {
      size -= sizes[i] as number;
      drop = i + 1;
    }
    events.splice(0, drop);
    sizes.splice(0, drop);
  };

  return {
    head: () => head,
    begin: (at) => {
      empty();
      head = at;
    },
    push: (epoch, event, keep) => {
      const where = head?.epoch === epoch ? place(head, event) : "fork";
      if (where === "seen") return;
      if (where !== "next" || !keep) empty();
      head = placeAt(epoch, event);
      if (!keep) return;
      const length = JSON.stringify(event).length;
      events.push(event);
      sizes.push(length);
      size += length;
      // In bulk: a splice an event would move all of them each time.
      if (events.length > 2 * maxEvents || size > 2 * maxSize) trim();
    },
    from: (at) => {
      if (!head || at.epoch !== head.epoch) return "fork";
      if (isSamePlace(at, head)) return [];
      if (at.seq >= head.seq) return at.seq > head.seq ? "ahead" : "fork";
      const { epoch } = head;
      const next = events.findIndex((event) => placeBefore(epoch, event).seq === at.seq);
      if (next < 0) return "behind";
      return events[next]?.prev === at.tail ? events.slice(next) : "fork";
    },
    last: (n) => (events.length >= n ? events.slice(events.length - n) : undefined),
  };
};
