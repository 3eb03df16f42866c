import type { Clock } from "../core/ports.ts";
import { systemClock } from "../platform/systemClock.ts";
import { deviceClock } from "./deviceClock.ts";
import type { VirtualClock } from "./virtualClock.ts";

/** How a world's time passes: a `VirtualClock` is one. */
export type WorldTime = Clock & Pick<VirtualClock, "advance" | "runUntil" | "settle" | "device">;

/** How often `runUntil` looks, in ms. */
const lookMs = 5;

/**
 * Time as it passes: `advance` really waits. It runs on the timers of the global scope as they are at the call, and so on the fake
 * ones of Vitest or Jest where a test has installed them. `stop` ends every timer of it.
 */
export const realTime = (): WorldTime & { readonly stop: () => void } => {
  const { nowMs, wallMs } = systemClock;
  const cancels = new Set<() => void>();

  const after = (delayMs: number, task: () => void): (() => void) => {
    const stop = systemClock.after(Math.max(0, delayMs), () => {
      cancels.delete(cancel);
      task();
    });
    const cancel = (): void => {
      cancels.delete(cancel);
      stop();
    };
    cancels.add(cancel);
    return cancel;
  };
  const advance = (ms: number): Promise<void> => new Promise((done) => void after(ms, done));

  return {
    ...systemClock,
    after,
    device: ({ originMs = 0 } = {}) =>
      deviceClock({
        nowMs,
        wallMs,
        originMs,
        at: (dueAt, task) => after(dueAt - nowMs(), task),
      }),
    advance,
    runUntil: async (condition, withinMs = 60_000) => {
      const until = nowMs() + withinMs;
      while (!condition()) {
        if (nowMs() >= until) return false;
        await advance(lookMs);
      }
      return true;
    },
    settle: () => advance(0),
    stop: () => cancels.forEach((cancel) => cancel()),
  };
};
