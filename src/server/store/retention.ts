import { ResilientSocketError } from "../../core/errors.ts";
import { utf8Bytes } from "../../core/utf8Bytes.ts";

/** What a channel's log keeps. An event goes when it is older than `minAgeMs` AND beyond `minEvents`, or when `maxBytes` is exceeded. */
export interface Retention {
  /** Default 24 h. `Infinity`: for ever. */
  readonly minAgeMs: number;
  /** Default 5 000. */
  readonly minEvents: number;
  /** UTF-8 bytes of payload JSON. Default 64 MiB; overrides the other two, but the newest event always stays. `Infinity`: no limit. */
  readonly maxBytes: number;
}

const defaults: Retention = { minAgeMs: 24 * 3_600_000, minEvents: 5000, maxBytes: 64 * 1024 * 1024 };

/** @throws INVALID_OPTION: what is no number would keep nothing, or everything. */
export function resolveRetention(options: Partial<Retention> = {}): Retention {
  const retention = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof Retention)[]) {
    const value: number | undefined = options[name];
    if (value === undefined) continue;
    if (!(value >= 0))
      throw new ResilientSocketError(
        "INVALID_OPTION",
        `retention.${name} must be a number from 0 on, not ${String(value)}`,
      );
    retention[name] = value;
  }
  return retention;
}

/** Why events were removed: their time had come, or there was no room. */
export type TrimReason = "age" | "size";

export interface Trimmed {
  readonly events: number;
  /** UTF-8 bytes of payload JSON. */
  readonly bytes: number;
}

/** Adds up what retention removed. */
export interface TrimTally {
  readonly add: (reason: TrimReason, events: number, bytes: number) => void;
  readonly trimmed: () => Readonly<Record<TrimReason, Trimmed>>;
}

export function createTrimTally(): TrimTally {
  const sums = { age: { events: 0, bytes: 0 }, size: { events: 0, bytes: 0 } };
  return {
    add: (reason, events, bytes) => {
      sums[reason].events += events;
      sums[reason].bytes += bytes;
    },
    trimmed: () => ({ age: { ...sums.age }, size: { ...sums.size } }),
  };
}

export interface Stored {
  readonly d: string;
  readonly storedAt: number;
}

/** Events that go together: one at a time would move the rest of the log for each. */
const LUMP = 64;

/** How many events from the front need not be kept for their age and number, in lumps, and how many more there is no room for. */
export function countToTrim(
  log: { readonly events: readonly Stored[]; readonly bytes: number },
  { minAgeMs, minEvents, maxBytes }: Retention,
  nowMs: number,
): Readonly<Record<TrimReason, number>> {
  const { events } = log;
  const isOver = (count: number) => {
    const event = events[count];
    return event !== undefined && events.length - count > minEvents && nowMs - event.storedAt > minAgeMs;
  };
  let age = 0;
  while (age < events.length - 1 && isOver(age)) age++;
  let { bytes } = log;
  if (age < LUMP && bytes <= maxBytes) age = 0;
  let count = 0;
  while (count < events.length - 1 && (count < age || bytes > maxBytes))
    bytes -= utf8Bytes(events[count++]?.d ?? "");
  return { age, size: count - age };
}
