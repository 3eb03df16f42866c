import type { Retention } from "./retention.ts";
import type { SqliteRows } from "./sqliteRows.ts";

interface Trimmed {
  readonly id: number;
  readonly seq: number;
  first: number;
  bytes: number;
  untrimmed: number;
}

/** Deletes what retention does not ask for: always a prefix, so that the log stays contiguous. */
export function trimChannel(rows: SqliteRows, channel: Trimmed, retention: Retention, nowMs: number): void {
  channel.untrimmed = 0;
  const first = Math.max(
    firstByAge(rows, channel, retention, nowMs),
    firstBySize(rows, channel, retention.maxBytes),
  );
  if (first <= channel.first) return;
  channel.bytes -= (rows.get("sizeBelow", channel.id, first)?.["size"] as number | undefined) ?? 0;
  rows.run("dropBelow", channel.id, first);
  channel.first = first;
}

function firstByAge(rows: SqliteRows, { id, seq }: Trimmed, keep: Retention, nowMs: number): number {
  const last = seq - keep.minEvents;
  if (last < 1) return 0;
  const young = rows.get("firstYoung", id, last, nowMs - keep.minAgeMs)?.["seq"] as number | null | undefined;
  return young ?? last + 1;
}

function firstBySize(rows: SqliteRows, { id, seq, bytes }: Trimmed, maxBytes: number): number {
  if (bytes <= maxBytes) return 0;
  let left = bytes;
  for (const { seq: at, size } of rows.all("sizes", id)) {
    if (left <= maxBytes || at === seq) return at as number;
    left -= size as number;
  }
  return 0;
}
