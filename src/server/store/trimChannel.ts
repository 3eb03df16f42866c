import type { Clock } from "../../core/ports.ts";
import type { Retention, TrimTally } from "./retention.ts";
import type { SqliteRows } from "./sqliteRows.ts";

interface Trimmed {
  readonly id: number;
  readonly seq: number;
  first: number;
  bytes: number;
  untrimmed: number;
}

interface TrimContext {
  readonly rows: SqliteRows;
  readonly retention: Retention;
  readonly tally: TrimTally;
  readonly clock: Pick<Clock, "wallMs">;
}

/** Deletes what retention does not ask for: always a prefix, so that the log stays contiguous. */
export function trimChannel(context: TrimContext, channel: Trimmed): void {
  const { retention, tally } = context;
  channel.untrimmed = 0;
  const { first } = channel;
  const byAge = dropBelow(context, channel, firstByAge(context, channel));
  if (byAge > 0) tally.add("age", channel.first - first, byAge);
  const { first: left } = channel;
  const bySize = dropBelow(context, channel, firstBySize(context, channel, retention.maxBytes));
  if (bySize > 0) tally.add("size", channel.first - left, bySize);
}

/** Answers how many bytes went. */
function dropBelow({ rows }: TrimContext, channel: Trimmed, first: number): number {
  if (first <= channel.first) return 0;
  const bytes = (rows.get("sizeBelow", channel.id, first)?.["size"] as number | undefined) ?? 0;
  rows.run("dropBelow", channel.id, first);
  channel.bytes -= bytes;
  channel.first = first;
  return bytes;
}

function firstByAge({ rows, retention, clock }: TrimContext, { id, seq }: Trimmed): number {
  const last = seq - Math.max(1, retention.minEvents);
  if (last < 1) return 0;
  const young = rows.get("firstYoung", id, last, clock.wallMs() - retention.minAgeMs);
  return (young?.["seq"] as number | null | undefined) ?? last + 1;
}

function firstBySize({ rows }: TrimContext, { id, seq, bytes }: Trimmed, maxBytes: number): number {
  if (bytes <= maxBytes) return 0;
  let left = bytes;
  // A few rows at the front: what is over the limit came with this commit.
  for (const { seq: at, size } of rows.each("sizes", id)) {
    if (left <= maxBytes || at === seq) return at as number;
    left -= size as number;
  }
  return 0;
}
