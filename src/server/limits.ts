import type { ServerLimits } from "./options.ts";
import { positive } from "./positive.ts";

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
