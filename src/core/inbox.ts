import type { Cursor, WireEvent } from "../protocol/frames.ts";

/**
 * Where an event, or a run of hidden ones, stands to a cursor. `next` is applied, `seen` dropped; `gap` and `fork` mean the log
 * must be read from the cursor. Only `prev` decides: seq alone cannot tell a log that was rolled back and written anew.
 */
export const place = (
  cursor: Cursor,
  { seq, tail, prev, hid = 1 }: WireEvent,
): "next" | "seen" | "gap" | "fork" => {
  if (seq < cursor.seq) return "seen";
  if (seq === cursor.seq) return tail === cursor.tail ? "seen" : "fork";
  // A run that begins before the cursor shows no tail to compare here: only the log can tell.
  if (seq - hid !== cursor.seq) return "gap";
  return prev === cursor.tail ? "next" : "fork";
};

export const isSamePlace = (a: Cursor, b: Cursor): boolean =>
  a.epoch === b.epoch && a.seq === b.seq && a.tail === b.tail;

/** The place an event, or a run of hidden ones, brings a reader to; and the one it starts from. */
export const placeAt = (epoch: string, { seq, tail }: { seq: number; tail: string }): Cursor => ({
  epoch,
  seq,
  tail,
});
export const placeBefore = (epoch: string, { seq, prev, hid = 1 }: WireEvent): Cursor => ({
  epoch,
  seq: seq - hid,
  tail: prev,
});

/** Events between two places of one log; undefined where nobody can know. */
export const missedBetween = (before: unknown, here: Cursor): number | undefined => {
  const { epoch, seq = Infinity } = (before ?? {}) as Partial<Cursor>;
  return epoch === here.epoch && here.seq >= seq ? here.seq - seq : undefined;
};
