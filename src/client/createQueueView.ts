import { isInFlight } from "../core/lane.ts";
import type { Clock } from "../core/ports.ts";
import type { QueueState } from "../core/queueState.ts";
import { createStore, memoised, type WritableStore } from "./createStore.ts";
import type { QueuedOutbox, QueuedRow } from "./queuedRow.ts";
import type { OutboxEntry, ResilientClient } from "./ResilientClient.ts";

export interface QueueView extends Pick<ResilientClient["outbox"], "state" | "entries"> {
  /** Tells the stores' listeners. */
  readonly notify: () => void;
}

export interface QueueViewHost {
  readonly clock: Clock;
  readonly outbox: QueuedOutbox;
  /** Another answer: something changed. */
  readonly version: () => unknown;
  readonly lastFlushMs: () => number | null;
  readonly durability: () => QueueState["durability"];
  readonly report: (error: unknown) => void;
}

/** What the app sees of the outbox. The figures cost a walk over the lanes, not over the messages. */
export const createQueueView = ({
  clock,
  outbox,
  version,
  lastFlushMs,
  durability,
  report,
}: QueueViewHost): QueueView => {
  const { capacity, maxBytes } = outbox.limits;
  const wallOf = (atMs: number): number => clock.wallMs() + atMs - clock.nowMs();
  let oldestMs = Infinity;
  // The two clocks are not read at once: the same instant must not look like another one.
  const oldestAt = memoised(
    () => oldestMs,
    () => (oldestMs < Infinity ? wallOf(oldestMs) : null),
  );

  const snapshot = (): QueueState => {
    const { depth, bytes, waiting } = outbox;
    let inFlight = 0;
    oldestMs = Infinity;
    let paused;
    for (const lane of outbox.lanes) {
      inFlight += lane.flight;
      // In number order, so in the order of sending: the first is the oldest. Who waits is younger than all of them.
      for (const { queuedAtMs, leaving } of lane.rows.values()) {
        if (leaving) continue;
        oldestMs = Math.min(oldestMs, queuedAtMs);
        break;
      }
      paused ??= lane.paused;
    }
    return {
      depth,
      waiting: waiting.size,
      inFlight,
      capacity,
      // Where nothing fits, it is full.
      saturation:
        waiting.size || !capacity || !maxBytes
          ? 1
          : Math.min(1, Math.max(depth / capacity, bytes / maxBytes)),
      bytes,
      oldestAt: oldestAt(),
      lastFlushMs: lastFlushMs(),
      durability: durability(),
      pausedUntil: paused ? wallOf(paused.untilMs) : null,
      pauseReason: paused?.reason ?? null,
    };
  };

  /** Another object only when it says something else. */
  const known = new WeakMap<QueuedRow, OutboxEntry>();
  const entryOf = (row: QueuedRow): OutboxEntry => {
    const status = outbox.waiting.has(row) ? "waiting" : isInFlight(row) ? "inFlight" : "queued";
    const before = known.get(row);
    if (before?.status === status) return before;
    const { id, channel, payload, bytes } = row;
    const queuedAt = before?.queuedAt ?? wallOf(row.queuedAtMs);
    const entry: OutboxEntry = { id, channel, payload, bytes, queuedAt, status };
    known.set(row, entry);
    return entry;
  };
  const entriesOf = (): readonly OutboxEntry[] => [...outbox.rows(), ...outbox.waiting].map(entryOf);

  /** Of the present version; a server render shows what an empty outbox does. */
  const view = <T>(make: () => T): WritableStore<T> => createStore(memoised(version, make), make(), report);
  const state = view(snapshot);
  const entries = view(entriesOf);
  return {
    state,
    entries,
    notify: () => {
      state.notify();
      entries.notify();
    },
  };
};
