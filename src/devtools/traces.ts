/** The life of each message, as far as this client can know. Bounded: what is settled longest is forgotten first, then what is oldest. */
import type { Settlement } from "../client/receipt.ts";

export interface Trace {
  readonly id: string;
  readonly channel: string;
  readonly payload: unknown;
  readonly bytes: number;
  /** Monotonic ms, as all that follow; undefined where it was not heard. */
  readonly queuedMs: number | undefined;
  /** It is in the database of this browser: a crash does not take it any more. */
  readonly storedMs: number | undefined;
  /** First transmission. */
  readonly sentMs: number | undefined;
  readonly transmissions: number;
  readonly settledMs: number | undefined;
  readonly settlement: Settlement | undefined;
  /** It came back to this tab as an event of the channel. */
  readonly seenMs: number | undefined;
}

export interface Traces {
  /** Newest first. */
  readonly all: () => readonly Trace[];
  readonly get: (id: string) => Trace | undefined;
  readonly note: (id: string, change: (before: Trace) => Partial<Trace>) => void;
  readonly clear: () => void;
}

const kept = 2_000;

const blank = (id: string): Trace => ({
  id,
  channel: "",
  payload: undefined,
  bytes: 0,
  queuedMs: undefined,
  storedMs: undefined,
  sentMs: undefined,
  transmissions: 0,
  settledMs: undefined,
  settlement: undefined,
  seenMs: undefined,
});

export const createTraces = (changed: () => void): Traces => {
  const traces = new Map<string, Trace>();

  /** In bulk: a walk for every message would cost more than the messages. */
  const trim = (): void => {
    if (traces.size < kept * 1.25) return;
    let excess = traces.size - kept;
    const forget = (isOver: (trace: Trace) => boolean): void => {
      for (const trace of traces.values()) {
        if (excess <= 0) return;
        if (!isOver(trace)) continue;
        traces.delete(trace.id);
        excess--;
      }
    };
    forget(({ settledMs }) => settledMs !== undefined);
    // How those ended that settled while nobody looked was not heard.
    forget(() => true);
  };

  return {
    all: () => [...traces.values()].reverse(),
    get: (id) => traces.get(id),
    note: (id, change) => {
      const before = traces.get(id);
      traces.set(id, { ...(before ?? blank(id)), ...change(before ?? blank(id)) });
      if (!before) trim();
      changed();
    },
    clear: () => traces.clear(),
  };
};
