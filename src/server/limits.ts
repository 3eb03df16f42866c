import { positive } from "./positive.ts";

/** `limits`: all are on, and each can be changed. */
export interface ServerLimits {
  /** UTF-8 bytes per WebSocket message, up. Default 65 536. */
  readonly maxFrameBytes?: number | undefined;
  /** Nesting of JSON. Default 32. */
  readonly maxDepth?: number | undefined;
  /** Keys of objects and elements of arrays a payload may have, together. Default 16 384. */
  readonly maxKeys?: number | undefined;
  /** Numbers in flight per (producer, channel): a client that passes it is closed with 4500. Default 1 024. */
  readonly windowMessages?: number | undefined;
  /** UTF-8 bytes in flight per (producer, channel) that clients are told to keep to. Default 1 MiB. */
  readonly windowBytes?: number | undefined;
  /** Channels a connection. Default 1 000. */
  readonly maxChannels?: number | undefined;
  /** Sustained messages per second a producer; bursts of one window. Default 100. */
  readonly messagesPerSecond?: number | undefined;
  /** The same for all producers and connections of a subject together. Default ten times `messagesPerSecond`. */
  readonly subjectMessagesPerSecond?: number | undefined;
  /** JSON text a second (in UTF-16 units) of the messages of a subject, whatever its connections; bursts of eight seconds. Default 2 MiB. */
  readonly bytesPerSecond?: number | undefined;
  /** Bytes that all connections of this node together may have waiting for the store. Default 256 MiB. */
  readonly maxPendingBytes?: number | undefined;
  /** Send buffer at which a slow reader is closed with 4011. Default 4 MiB. */
  readonly maxBufferedBytes?: number | undefined;
  /** Time for `auth`, in ms. Default 10 000. */
  readonly authTimeoutMs?: number | undefined;
  /** Events per delta before the channel gets a snapshot instead. Default 5 000. */
  readonly maxGap?: number | undefined;
  /** Calls of `snapshot` at a time; others wait, at most 1 000 and 4 s, then their clients are asked to come again. Default 4. */
  readonly concurrentSnapshots?: number | undefined;
  /** Connections of one subject. Default 100. */
  readonly connectionsPerSubject?: number | undefined;
  /** Connections not yet authenticated, per remote address (IPv6: per /64). Default 100. */
  readonly pendingPerAddress?: number | undefined;
  /** Connections per remote address (IPv6: per /64), many people behind one NAT included. Default 5 000. */
  readonly connectionsPerAddress?: number | undefined;
}

export type ResolvedLimits = { readonly [K in keyof ServerLimits]-?: number };

const defaults: Omit<ResolvedLimits, "subjectMessagesPerSecond"> = {
  maxFrameBytes: 64 * 1024,
  maxDepth: 32,
  maxKeys: 16_384,
  windowMessages: 1024,
  windowBytes: 1024 * 1024,
  maxChannels: 1000,
  messagesPerSecond: 100,
  bytesPerSecond: 2 * 1024 * 1024,
  maxBufferedBytes: 4 * 1024 * 1024,
  maxPendingBytes: 256 * 1024 * 1024,
  authTimeoutMs: 10_000,
  maxGap: 5000,
  concurrentSnapshots: 4,
  connectionsPerSubject: 100,
  pendingPerAddress: 100,
  connectionsPerAddress: 5000,
};

/** A send buffer above this stops volatile messages and pauses deltas. */
export const HIGH_WATER_BYTES = 1024 * 1024;
/** A send buffer above the high-water mark for this long closes the connection. */
export const STALLED_MS = 10_000;
/** Frames without a number (subscriptions, reads, volatile messages, pings) a connection may send: a burst, then a second. */
export const CONTROL_BURST = 4096;
export const CONTROL_PER_SECOND = 500;
/** Payload text a connection may have waiting for the store. */
export const MAX_PENDING_BYTES = 8 * 1024 * 1024;

/** A person with several tabs and devices, each with messages to catch up on. */
const PRODUCERS_AT_ONCE = 10;

/** @throws INVALID_OPTION: a limit cannot be switched off by a typo. */
export function resolveLimits(options: ServerLimits = {}, storeWindow = Infinity): ResolvedLimits {
  const limits: Record<string, number> = { ...defaults };
  for (const [name, value] of Object.entries(options) as [string, number | undefined][]) {
    if (value === undefined) continue;
    limits[name] = positive(`limits.${name}`, value);
  }
  limits["subjectMessagesPerSecond"] ??= PRODUCERS_AT_ONCE * (limits["messagesPerSecond"] as number);
  limits["windowMessages"] = Math.min(limits["windowMessages"] as number, storeWindow);
  return limits as ResolvedLimits;
}
