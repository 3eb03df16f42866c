import type { Clock } from "../core/ports.ts";
import type { ResilientClient } from "./ResilientClient.ts";
import { createTimers } from "./timers.ts";

export interface HoldHost {
  readonly clock: Clock;
  readonly connect: () => void;
  /** The last one left, for good. */
  readonly end: () => void;
  /** How long the last one's leaving waits for another to come, in ms. */
  readonly lingerMs: () => number;
  /** There is something to do with a connection. */
  readonly isWanted: () => boolean;
}

/** Who holds the connection, and whether it waits for something to do. */
export interface Hold {
  readonly retain: ResilientClient["retain"];
  /** From now on it dials when it is wanted, or no longer does. */
  readonly doze: (on: boolean) => void;
  /** There is something to do. */
  readonly wanted: () => void;
}

/** The last one's leaving acts a task later, or after lingering: a remount calls it off. */
export const createHold = ({ clock, connect, end, lingerMs, isWanted }: HoldHost): Hold => {
  // Apart from the connection's: a change of state must not call off the release.
  const timers = createTimers<"linger">(clock);
  let holders = 0;
  let dozing = false;
  return {
    retain: (when) => {
      const first = !holders++;
      if (when && !isWanted()) dozing ||= first;
      else if (first || dozing) connect();
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        if (--holders) return;
        timers.arm("linger", lingerMs(), () => {
          if (!holders) end();
        });
      };
    },
    doze: (on) => {
      dozing = on;
    },
    wanted: () => {
      if (dozing) connect();
    },
  };
};
