import type { Clock } from "../core/ports.ts";

/** Timers of browsers and Node take 31 bits; a longer delay would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Longer than any frame of a page that is seen; timers of a hidden one fire no more often. */
const HIDDEN_MS = 1_000;

/** The real clock of a browser or of Node. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, Math.min(delayMs, LONGEST_MS));
    return () => clearTimeout(timer);
  },
  soon: (task) => queueMicrotask(task),
  frame: (task) => {
    const { document, requestAnimationFrame, cancelAnimationFrame } = globalThis as Partial<
      typeof globalThis
    >;
    const paints = requestAnimationFrame && !document?.hidden;
    const cancel = (): void => {
      clearTimeout(timer);
      if (frame !== undefined) cancelAnimationFrame?.(frame);
    };
    const run = (): void => {
      cancel();
      task();
    };
    // A page that is hidden from now on paints no more: then the timer takes over.
    const timer = setTimeout(run, paints ? HIDDEN_MS : 0);
    const frame = paints ? requestAnimationFrame(run) : undefined;
    return cancel;
  },
};
