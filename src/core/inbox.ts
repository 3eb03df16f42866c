import type { Cursor, WireEvent } from "../protocol/frames.ts";

/**
 * Where an event stands to a cursor. `next` is applied, `seen` dropped; `gap` and `fork` mean the log must be read from the
 * cursor. Only `prev` decides: seq alone cannot tell a log that was rolled back and written anew.
 */
export const place = (cursor: Cursor, event: WireEvent): "next" | "seen" | "gap" | "fork" => {
  if (event.seq > cursor.seq + 1) return "gap";
  if (event.seq === cursor.seq + 1) return event.prev === cursor.tail ? "next" : "fork";
  return event.seq === cursor.seq && event.tail !== cursor.tail ? "fork" : "seen";
};
