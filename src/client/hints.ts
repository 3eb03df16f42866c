import type { Event } from "../core/machine/events.ts";
import type { Rows } from "../core/machine/step.ts";
import { hintRows } from "../core/machine/transitions.ts";
import type { Clock, Sensors } from "../core/ports.ts";
import { checkNumbers } from "./checkNumbers.ts";

export interface HintsOptions {
  /**
   * A page that is hidden this long, in ms, with nothing unsettled gives up its socket (`disconnected: suspended`), and dials when it
   * is shown again or has something to send. Default Infinity.
   */
  readonly pauseHiddenAfterMs?: number | undefined;
}

/** What a client hears of its page. */
export interface Watch {
  /** Says what is due; ms until the next is, Infinity without one. */
  readonly chores: () => number;
  readonly stop: () => void;
}

export interface WatchHost {
  readonly clock: Clock;
  readonly dispatch: (event: Event) => void;
  readonly dueIn: (delayMs: number) => void;
}

/** Made by `hints()`: the rows it adds to the machine, and how it listens. */
export interface Hints {
  readonly rows: Rows;
  readonly listen: (sensors: Sensors, host: WatchHost) => Watch;
}

/** How soon a page that may not pause yet is looked at again. */
const lookAgainMs = 5_000;

/** Heeds what `ports.sensors` say of page and network: sooner probes and retries, no socket in a suspended page. */
export const hints = ({ pauseHiddenAfterMs = Infinity }: HintsOptions = {}): Hints => {
  checkNumbers({ pauseHiddenAfterMs });
  return {
    rows: hintRows,
    listen: (sensors, { clock, dispatch, dueIn }) => {
      let hiddenAtMs = Infinity;
      const look = (): void => {
        hiddenAtMs = sensors.hidden() ? Math.min(hiddenAtMs, clock.nowMs()) : Infinity;
      };
      look();
      return {
        stop: sensors.listen((hint) => {
          // A page that was frozen was not hidden for all that time.
          if (hint === "restored") hiddenAtMs = Infinity;
          look();
          dueIn(hiddenAtMs + pauseHiddenAfterMs - clock.nowMs());
          dispatch(hint === "suspended" || hint === "restored" ? { type: hint } : { type: "hinted", hint });
        }),
        chores: () => {
          const leftMs = hiddenAtMs + pauseHiddenAfterMs - clock.nowMs();
          if (leftMs > 0) return leftMs;
          dispatch({ type: "idled" });
          return lookAgainMs;
        },
      };
    },
  };
};
