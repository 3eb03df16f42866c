import type { Clock } from "../core/ports.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import { contain } from "./contain.ts";
import type { Metrics } from "./metrics.ts";
import type { AppendBatch, AppendItem, AppendResult, LogEvent, LogStore } from "./store/LogStore.ts";

/** Who waits for the verdicts of one (subject, p, channel). */
export interface AppendSink {
  readonly channel: string;
  readonly subject: string;
  readonly p: string;
  /** Highest Lamport time the connection was shown. */
  readonly lam: () => number;
  readonly settled: (result: AppendResult, count: number) => void;
  /** The store failed: nothing is known about the numbers from `n` on. */
  readonly failed: (n: number, count: number) => void;
}

/** Gathers what arrives in one turn into one append; while one runs, the next gathers. */
export interface Appender {
  readonly add: (sink: AppendSink, item: AppendItem, acked: number, old: boolean) => void;
}

interface OpenBatch {
  readonly sink: AppendSink;
  readonly old: boolean;
  readonly items: AppendItem[];
  acked: number;
}

export interface AppenderOptions {
  readonly store: Pick<LogStore, "append">;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Hears what was committed, in commit order. */
  readonly onCommitted: (events: readonly LogEvent[]) => void;
  readonly onStoreError: (error: unknown) => void;
  /** A listener threw: the others still hear. */
  readonly onDefect: (error: unknown) => void;
}

export function createAppender(options: AppenderOptions): Appender {
  const { store, clock, metrics, onCommitted, onStoreError, onDefect } = options;
  let gathering: OpenBatch[] = [];
  let open = new Map<AppendSink, OpenBatch>();
  let isScheduled = false;
  let isRunning = false;

  metrics.gauge(metricNames.appendsWaiting, () => gathering.length);

  const run = () => {
    isScheduled = false;
    if (gathering.length === 0) return;
    isRunning = true;
    const batches = gathering;
    gathering = [];
    open = new Map();
    metrics.observe(metricNames.commitSize, batches.length);
    attempt(() => store.append(batches.map(seal))).then(
      (results) => done(batches, results),
      (error: unknown) => failed(batches, error),
    );
  };

  const done = (batches: readonly OpenBatch[], results: readonly AppendResult[]) => {
    const events: LogEvent[] = [];
    results.forEach((result, i) => {
      for (const event of result.events) events.push(event);
      const batch = batches[i];
      if (batch) contain(() => batch.sink.settled(result, batch.items.length), onDefect);
    });
    metrics.count(metricNames.appended, events.length);
    if (events.length > 0) contain(() => onCommitted(events), onDefect);
    next();
  };

  const failed = (batches: readonly OpenBatch[], error: unknown) => {
    metrics.count(metricNames.storeErrors);
    onStoreError(error);
    for (const { sink, items } of batches) contain(() => sink.failed(firstOf(items), items.length), onDefect);
    next();
  };

  const next = () => {
    isRunning = false;
    if (gathering.length > 0) schedule();
  };

  const schedule = () => {
    if (isScheduled || isRunning) return;
    isScheduled = true;
    clock.soon(run);
  };

  return {
    add: (sink, item, acked, old) => {
      let batch = open.get(sink);
      if (!batch || batch.old !== old) {
        batch = { sink, old, items: [], acked };
        open.set(sink, batch);
        gathering.push(batch);
      }
      // Watermarks were answered from committed state, so the highest is true of the whole batch.
      if (acked > batch.acked) batch.acked = acked;
      batch.items.push(item);
      schedule();
    },
  };
}

const seal = ({ sink, old, items, acked }: OpenBatch): AppendBatch => ({
  channel: sink.channel,
  subject: sink.subject,
  p: sink.p,
  acked,
  old,
  items,
  lam: sink.lam(),
});

const firstOf = (items: readonly AppendItem[]): number => {
  const [first] = items;
  return first === undefined ? 0 : "from" in first ? first.from : first.n;
};

const attempt = async <T>(task: () => Promise<T>): Promise<T> => task();
