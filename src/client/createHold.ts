import type { Clock } from "../core/ports.ts";
import type { ResilientClient } from "./ResilientClient.ts";
import { createTimers } from "./timers.ts";

export interface HoldHost {
  readonly clock: Clock;
  /** The first holder came. */
  readonly begin: () => void;
  /** The last one left, for good. */
  readonly end: () => void;
  /** How long the last one's leaving waits for another to come, in ms. */
  readonly lingerMs: () => number;
}

/** Counts who holds the connection. The last one's leaving acts a task later, or after lingering: a remount calls it off. */
export const createHold = ({ clock, begin, end, lingerMs }: HoldHost): ResilientClient["retain"] => {
  // Apart from the connection's: a change of state must not call off the release.
  const timers = createTimers<"linger">(clock);
  let holders = 0;
  return () => {
    if (!holders++) begin();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--holders) return;
      timers.arm("linger", lingerMs(), () => {
        if (!holders) end();
      });
    };
  };
};
