import type { Clock } from "../core/ports.ts";
import { createTimers } from "./timers.ts";

/** The one timer of what is due by the clock. */
export interface Upkeep {
  /** Asks for a turn after this delay at the latest; no-op where nothing runs. */
  readonly dueIn: (delayMs: number) => void;
  /** Does the chores that are due, and sees to the rest in time; stops where nothing runs. */
  readonly run: () => void;
  readonly stop: () => void;
}

export interface UpkeepHost {
  /** Anything runs at all. */
  readonly isLive: () => boolean;
  /** Does what is due; ms until the next is, Infinity without one. */
  readonly chores: () => number;
  /** After the chores of a turn that the timer brought. */
  readonly ticked: () => void;
}

export const createUpkeep = (clock: Clock, { isLive, chores, ticked }: UpkeepHost): Upkeep => {
  const timers = createTimers<"upkeep">(clock);
  let dueAtMs = Infinity;
  const dueIn = (delayMs: number): void => {
    const atMs = clock.nowMs() + delayMs;
    if (!isLive() || atMs >= dueAtMs) return;
    dueAtMs = atMs;
    timers.arm("upkeep", delayMs, () => {
      dueAtMs = Infinity;
      const dueMs = chores();
      ticked();
      dueIn(dueMs);
    });
  };
  const stop = (): void => {
    timers.clear();
    dueAtMs = Infinity;
  };
  return {
    dueIn,
    stop,
    run: () => {
      if (isLive()) dueIn(chores());
      else stop();
    },
  };
};
