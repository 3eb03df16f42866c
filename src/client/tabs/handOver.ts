/** Hands the connection of a page that nobody looks at to one that is looked at. */
import type { ConnectionState } from "../../core/connectionState.ts";
import { fit, handsOverIn, reached, seen } from "../../core/election/preference.ts";
import type { Clock, Sensors } from "../../core/ports.ts";

export interface HandOverHost {
  readonly clock: Clock;
  readonly sensors: Sensors | undefined;
  readonly isLeading: () => boolean;
  /** Whoever is shown and runs is offered. */
  readonly seek: () => void;
  readonly yieldTo: (heir: string) => void;
}

export interface HandOver {
  /** Seeks an heir when it is time; ms until it may be. */
  readonly consider: () => number;
  /** This tab is shown, and runs. */
  readonly offer: (heir: string) => void;
  /** The page was shown or hidden. */
  readonly turned: () => void;
  /** This tab's own connection moved. */
  readonly moved: (state: ConnectionState) => void;
}

export const createHandOver = ({ clock, sensors, isLeading, seek, yieldTo }: HandOverHost): HandOver => {
  let fitness = fit;
  const inMs = (): number =>
    isLeading() ? handsOverIn(fitness, { nowMs: clock.nowMs(), isTouch: !!sensors?.touch?.() }) : Infinity;
  return {
    consider: () => {
      const leftMs = inMs();
      if (leftMs > 0) return leftMs;
      seek();
      return Infinity;
    },
    offer: (heir) => {
      if (inMs() === 0) clock.soon(() => yieldTo(heir));
    },
    turned: () => {
      fitness = seen(fitness, !!sensors?.hidden(), clock.nowMs());
    },
    moved: ({ name }) => {
      fitness = reached(fitness, name);
    },
  };
};
