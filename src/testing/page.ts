import type { Hint, Sensors } from "../core/ports.ts";
import type { DeviceClock } from "./deviceClock.ts";

/** What a browser does to a page, as far as a client can notice. */
export interface Page {
  readonly clock: DeviceClock;
  readonly sensors: Sensors;
  /** Tells the client one hint and changes nothing else: hints may lie. */
  readonly hint: (hint: Hint) => void;
  /** How many listen now: 0, or a client holds on to the page. */
  readonly listeners: () => number;
  /** Behind other tabs: timers fire once a second. */
  readonly hide: () => void;
  readonly show: () => void;
  /** bfcache or freeze with notice (`pagehide`, `freeze`), then nothing runs. */
  readonly suspend: () => void;
  /** Back from `suspend`. */
  readonly restore: () => void;
  /** Nothing runs and nobody was told: a debugger, a hang, a laptop asleep. */
  readonly freeze: () => void;
  readonly thaw: () => void;
}

/** Timers of a hidden page fire once a second in today's browsers. */
const hiddenGridMs = 1_000;

export const createPage = (clock: DeviceClock): Page => {
  const hearers = new Set<(hint: Hint) => void>();
  let hidden = false;
  let suspended = false;

  const hint = (what: Hint): void => {
    for (const hear of hearers) clock.run(() => hearers.has(hear) && hear(what));
  };

  return {
    clock,
    sensors: {
      listen: (hear) => {
        hearers.add(hear);
        return () => void hearers.delete(hear);
      },
      hidden: () => hidden,
    },
    hint,
    listeners: () => hearers.size,
    hide: () => {
      hidden = true;
      clock.throttle(hiddenGridMs);
      hint("hidden");
    },
    show: () => {
      hidden = false;
      clock.throttle(null);
      hint("visible");
    },
    suspend: () => {
      if (suspended || clock.frozen()) return;
      suspended = true;
      hint("suspended");
      clock.freeze();
    },
    restore: () => {
      if (!suspended) return;
      suspended = false;
      clock.thaw();
      hint("restored");
    },
    freeze: clock.freeze,
    thaw: () => {
      if (!suspended) clock.thaw();
    },
  };
};
