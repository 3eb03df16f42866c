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
