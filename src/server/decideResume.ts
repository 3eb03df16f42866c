import type { Cursor } from "../protocol/frames.ts";
import type { LogSlice } from "./store/LogStore.ts";

export type SnapshotReason = "epoch_changed" | "ahead_of_server" | "forked" | "trimmed" | "gap_too_large";

export type ResumeDecision =
  { readonly status: "delta" } | { readonly status: "snapshot"; readonly reason: SnapshotReason };

/**
 * Whether a cursor can be continued from the log. `slice` was read from `cursor.seq` inclusive.
 * The rows are asked in the order of the table in PROTOCOL.md.
 */
export function decideResume(cursor: Cursor, slice: LogSlice, maxGap: number): ResumeDecision {
  const snapshot = (reason: SnapshotReason) => ({ status: "snapshot", reason }) as const;
  if (cursor.epoch !== slice.epoch) return snapshot("epoch_changed");
  if (cursor.seq > slice.seq) return snapshot("ahead_of_server");
  const tail = tailAt(cursor.seq, slice);
  if (tail === undefined) return snapshot("trimmed");
  if (tail !== cursor.tail) return snapshot("forked");
  if (slice.seq - cursor.seq > maxGap) return snapshot("gap_too_large");
  return { status: "delta" };
}

/** The tail of `seq` as far as the log still knows it: an entry, the head, the place before the first entry, or seq 0. */
function tailAt(seq: number, slice: LogSlice): string | undefined {
  if (seq === slice.seq) return slice.tail;
  const [first] = slice.events;
  if (first?.seq === seq) return first.tail;
  if (first?.seq === seq + 1) return first.prev;
  return undefined;
}

/** Whether a snapshot stands at a place of the present log; a state from before a rollback must not get the new fork's label. */
export function isSnapshotInLog(cursor: Cursor, slice: LogSlice): boolean {
  return cursor.epoch === slice.epoch && cursor.seq <= slice.seq && tailAt(cursor.seq, slice) === cursor.tail;
}
