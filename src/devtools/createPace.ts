import { createBell } from "../client/createBell.ts";
import type { Clock } from "../client/machineTable.ts";

export interface Pace {
  readonly ring: () => void;
  readonly stop: () => void;
}

/** Calls `tick` with the next frame after it was rung, and not again within `restMs`. */
export const createPace = (clock: Clock, tick: () => void, restMs: number): Pace => {
  let isDue = false;
  let rest: (() => void) | undefined;
  let bell = createBell(clock, run, "frame");

  function run(): void {
    isDue = false;
    rest = clock.after(restMs, () => {
      rest = undefined;
      if (isDue) bell.ring();
    });
    tick();
  }

  return {
    ring: () => {
      isDue = true;
      if (!rest) bell.ring();
    },
    stop: () => {
      rest?.();
      rest = undefined;
      bell.stop();
      bell = createBell(clock, run, "frame");
    },
  };
};
