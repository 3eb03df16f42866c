import type { Hint, Sensors } from "../core/ports.ts";
import type { DeviceClock } from "./deviceClock.ts";

/** `cached`: in the back/forward cache. `hung`: its thread is stuck. `gone`: nothing of it runs any more. */
export type PageLife = "active" | "frozen" | "cached" | "hung" | "gone";

/** What a browser does to a page, as far as a client can notice. */
export interface Page {
  readonly clock: DeviceClock;
  readonly sensors: Sensors;
  readonly life: () => PageLife;
  /** Tells the client one hint and changes nothing else: hints may lie. */
  readonly hint: (hint: Hint) => void;
  /** How many listen now: 0, or a client holds on to the page. */
  readonly listeners: () => number;
  /** Behind other tabs: timers fire once a second, after five minutes once a minute. */
  readonly hide: () => void;
  readonly show: () => void;
  /** bfcache or freeze with notice (`pagehide`, `freeze`), then nothing runs. */
  readonly suspend: (into?: "frozen" | "cached") => void;
  /** Back from `suspend`. */
  readonly restore: () => void;
  /** Frozen and nobody was told: a laptop asleep. Handlers of a BroadcastChannel still run, and may post and send. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Its thread is stuck: a debugger, an endless loop. Nothing runs, what arrives waits. */
  readonly hang: () => void;
  readonly unhang: () => void;
  /** Nothing of it runs any more. */
  readonly end: () => void;
}

export interface PageOptions {
  /** Of a phone or a tablet. Default false. */
  readonly touch?: boolean | undefined;
}

const minuteMs = 60_000;
/** Timers of a hidden page fire once a second in today's browsers, later once a minute. */
const gridOfHidden = (hiddenMs: number): number => (hiddenMs < 5 * minuteMs ? 1_000 : minuteMs);

export const createPage = (clock: DeviceClock, { touch = false }: PageOptions = {}): Page => {
  const hearers = new Set<(hint: Hint) => void>();
  let hidden = false;
  let life: PageLife = "active";
  /** The page was told before it stopped. */
  let suspended = false;

  const hint = (what: Hint): void => {
    for (const hear of hearers) clock.run(() => hearers.has(hear) && hear(what));
  };

  const goOn = (): void => {
    life = "active";
    suspended = false;
    clock.thaw();
  };

  return {
    clock,
    sensors: {
      listen: (hear) => {
        hearers.add(hear);
        return () => void hearers.delete(hear);
      },
      hidden: () => hidden || life === "cached",
      touch: () => touch,
    },
    life: () => life,
    hint,
    listeners: () => hearers.size,
    hide: () => {
      if (hidden) return;
      hidden = true;
      const sinceMs = clock.nowMs();
      clock.throttle(() => gridOfHidden(clock.nowMs() - sinceMs));
      hint("hidden");
    },
    show: () => {
      hidden = false;
      clock.throttle(null);
      hint("visible");
    },
    suspend: (into = "frozen") => {
      if (life !== "active") return;
      suspended = true;
      hint("suspended");
      life = into;
      clock.freeze();
    },
    restore: () => {
      if (!suspended) return;
      goOn();
      hint("restored");
    },
    freeze: () => {
      if (life !== "active") return;
      life = "frozen";
      clock.freeze();
    },
    thaw: () => {
      if (life === "frozen" && !suspended) goOn();
    },
    hang: () => {
      if (life !== "active") return;
      life = "hung";
      clock.hang();
    },
    unhang: () => {
      if (life === "hung") goOn();
    },
    end: () => {
      life = "gone";
      suspended = false;
      clock.stop();
    },
  };
};
