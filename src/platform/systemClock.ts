import type { Clock } from "../core/ports.ts";

/** Timers of browsers and Node take 31 bits; a longer delay would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** The real clock of a browser or of Node. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, Math.min(delayMs, LONGEST_MS));
    return () => clearTimeout(timer);
  },
  soon: (task) => queueMicrotask(task),
};
