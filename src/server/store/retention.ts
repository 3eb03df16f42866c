/** What a channel's log keeps. An event goes when it is older than `minAgeMs` AND beyond `minEvents`, or when `maxBytes` is exceeded. */
export interface Retention {
  /** Default 24 h. */
  readonly minAgeMs: number;
  /** Default 5 000. */
  readonly minEvents: number;
  /** UTF-16 units of payload text. Default 64 Mi; overrides the other two. */
  readonly maxBytes: number;
}

export const resolveRetention = (options: Partial<Retention> = {}): Retention => ({
  minAgeMs: 24 * 3_600_000,
  minEvents: 5000,
  maxBytes: 64 * 1024 * 1024,
  ...options,
});

interface Stored {
  readonly d: string;
  readonly storedAt: number;
}

/** Removes what need not be kept from the front, in lumps; answers how many events went. */
export function keepEnough(
  log: { readonly events: Stored[]; bytes: number },
  retention: Retention,
  nowMs: number,
): number {
  const count = countToDrop(log, retention, nowMs);
  if (count === 0 || (count < 64 && log.bytes <= retention.maxBytes)) return 0;
  for (const event of log.events.splice(0, count)) log.bytes -= event.d.length;
  return count;
}

function countToDrop(
  log: { readonly events: readonly Stored[]; bytes: number },
  keep: Retention,
  nowMs: number,
): number {
  let bytes = log.bytes;
  let count = 0;
  for (const event of log.events) {
    const isSurplus = log.events.length - count > keep.minEvents && nowMs - event.storedAt > keep.minAgeMs;
    if ((!isSurplus && bytes <= keep.maxBytes) || count === log.events.length - 1) break;
    bytes -= event.d.length;
    count++;
  }
  return count;
}
