import { metricNames } from "../telemetry/metricNames.ts";
import type { Clock, Dice } from "../core/ports.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { askBreaker, closedBreaker, type DeltaBreaker, refusesForMs, tellBreaker } from "./deltaBreaker.ts";
import { settlesWithin } from "./settlesWithin.ts";
import type { LogSlice, LogStore } from "./store/LogStore.ts";

/** The way of everybody who catches up to the log: patient for a moment only, once for equals, and not at all while the log is sick. */
export interface DeltaReader {
  /**
   * A page of the log of `c` from `from` inclusive; undefined when the log was too slow for it, or lately for others. Who names the same
   * `listening` shares the answer of a read that runs: there is heard what is appended meanwhile. Rejects when the store fails.
   */
  readonly read: (c: string, from: number, listening?: object) => Promise<LogSlice | undefined>;
  /** How long the log will surely not be asked, in ms. */
  readonly refusesForMs: () => number;
}

export interface DeltaReaderOptions {
  readonly store: Pick<LogStore, "read">;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** A log that does not answer in this time is bypassed. */
export const FETCH_MS = 500;
const PAGE = 512;

const positions = { closed: 0, halfOpen: 1, open: 2 } as const;

export function createDeltaReader({ store, clock, dice, metrics, log }: DeltaReaderOptions): DeltaReader {
  const flights = new WeakMap<object, Map<number, Promise<LogSlice | undefined>>>();
  let breaker: DeltaBreaker = closedBreaker;
  metrics.gauge(metricNames.deltaBreaker, () => positions[breaker.name]);

  const step = (next: DeltaBreaker) => {
    if (next.name === breaker.name) return void (breaker = next);
    breaker = next;
    if (next.name === "open") metrics.count(metricNames.deltaBreakerOpened);
    log(next.name === "open" ? "warn" : "info", "DELTA_BREAKER", { state: next.name });
  };

  const fetch = async (c: string, from: number): Promise<LogSlice | undefined> => {
    const [asked, leave] = askBreaker(breaker, clock.nowMs());
    step(asked);
    if (leave === "refuse") {
      metrics.count(metricNames.deltaReads, 1, "refused");
      return undefined;
    }
    const abort = new AbortController();
    const begunMs = clock.nowMs();
    let outcome: "answered" | "slow" | "failed" = "failed";
    try {
      const slice = await settlesWithin(clock, FETCH_MS, store.read(c, from, PAGE, abort.signal));
      outcome = slice === undefined || clock.nowMs() - begunMs > FETCH_MS ? "slow" : "answered";
      return slice;
    } finally {
      // Whoever waits no longer lets the store know: a query nobody wants makes the next ones slower.
      if (outcome !== "answered") abort.abort();
      const nowMs = clock.nowMs();
      metrics.count(metricNames.deltaReads, 1, outcome);
      metrics.observe(metricNames.deltaReadDuration, (nowMs - begunMs) / 1000);
      const isBad = outcome !== "answered";
      step(tellBreaker(breaker, { leave, isBad, nowMs, dice: isBad ? dice.roll() : 0 }));
    }
  };

  return {
    read: (c, from, listening) => {
      if (!listening) return fetch(c, from);
      const running = flights.get(listening) ?? new Map<number, Promise<LogSlice | undefined>>();
      flights.set(listening, running);
      let flight = running.get(from);
      if (flight) metrics.count(metricNames.deltaReads, 1, "shared");
      else {
        flight = fetch(c, from).finally(() => running.delete(from));
        running.set(from, flight);
      }
      return flight;
    },
    refusesForMs: () => refusesForMs(breaker, clock.nowMs()),
  };
}
