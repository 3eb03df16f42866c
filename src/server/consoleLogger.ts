import type { Clock } from "../core/ports.ts";
import type { Logger } from "./log.ts";

/** The same thing again is said at most this often, in ms: whoever knocks at the door must not fill the disk. */
const QUIET_MS = 10_000;

/** What a server without a `logger` says: warnings and errors, on the console, each code at most every ten seconds. */
export const consoleLogger = (clock: Pick<Clock, "nowMs">): Logger => {
  const saidAt = new Map<string, number>();
  return (level, code, fields) => {
    if (level !== "warn" && level !== "error") return;
    const now = clock.nowMs();
    if (now - (saidAt.get(code) ?? -Infinity) < QUIET_MS) return;
    saidAt.set(code, now);
    console[level](`[resilient-socket] ${code}`, fields);
  };
};
