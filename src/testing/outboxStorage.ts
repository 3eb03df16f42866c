import type { Clock } from "../core/ports.ts";
import type { Boots } from "../core/ports/boots.ts";
import type {
  OpenOutboxStorage,
  OutboxChange,
  OutboxStorage,
  StoredCounter,
  StoredOutbox,
  StoredProducer,
  StoredRow,
  StoredVerdict,
} from "../core/ports/outboxStorage.ts";
import { cloneOf } from "./cloneOf.ts";
import type { DeviceClock } from "./deviceClock.ts";

/**
 * `quota`: no row can be added. `hang`: nothing that is asked from now on is ever answered. `denied`: it cannot be opened (private
 * mode). `broken`: every use fails, as with a damaged disk.
 */
export type StorageFault = "quota" | "hang" | "denied" | "broken";

/** How long the storage takes, in ms. */
export interface StoragePace {
  readonly openMs: number;
  readonly readMs: number;
  /** Until the transaction is committed; the page hears of it half as long again later. */
  readonly commitMs: number;
}

/** The storage of one browser profile: what all its pages share, what outlives them, and what goes wrong with it. */
export interface Profile {
  /** The storage as one page sees it. What is not committed when the page's clock stops is lost; a frozen page commits nothing. */
  readonly storage: (page: DeviceClock) => OpenOutboxStorage;
  /** From now on, until `null`. */
  readonly fail: (fault: StorageFault | null) => void;
  readonly pace: (pace: Partial<StoragePace>) => void;
  /** Another version of the app takes the database: every open one hears that it is lost. */
  readonly takeAway: () => void;
  /** The browser closes every connection without a word: what was open is of no use any more. */
  readonly closeAll: () => void;
  /** As after a day. */
  readonly forgetVerdicts: () => void;
  /** The user clears the site's data, or the browser evicts it. */
  readonly wipe: () => void;
  /** How many connections to it are open. */
  readonly connections: () => number;
  /** What is committed, of all scopes or of one. */
  readonly stored: (scope?: string) => StoredOutbox;
  /** Hears every transaction that is committed; of a producer that is forgotten, the rows that go with it. */
  readonly onCommit: (hear: (scope: string, change: OutboxChange) => void) => () => void;
}

interface Shelf {
  readonly producers: Map<string, StoredProducer>;
  readonly rows: Map<string, StoredRow>;
  readonly counters: Map<string, StoredCounter>;
  readonly verdicts: Map<string, StoredVerdict>;
}
type Keyed = { readonly p: string; readonly channel?: string; readonly n?: number };

const keyOf = ({ p, channel = "", n = 0 }: Keyed): string => JSON.stringify([p, channel, n]);
const emptyShelf = (): Shelf => ({
  producers: new Map(),
  rows: new Map(),
  counters: new Map(),
  verdicts: new Map(),
});

const inOrder = <T extends Keyed>(values: Iterable<T>): T[] =>
  [...values].sort((a, b) => {
    const [left, right] = [`${a.p} ${a.channel}`, `${b.p} ${b.channel}`];
    return left < right ? -1 : left > right ? 1 : (a.n ?? 0) - (b.n ?? 0);
  });

const contents = (shelves: readonly Shelf[], p?: string): StoredOutbox => {
  const all = <T extends Keyed>(pick: (shelf: Shelf) => Map<string, T>): T[] =>
    inOrder(shelves.flatMap((shelf) => [...pick(shelf).values()])).filter(
      (value) => p === undefined || value.p === p,
    );
  return cloneOf({
    producers: all((shelf) => shelf.producers),
    rows: all((shelf) => shelf.rows),
    counters: all((shelf) => shelf.counters),
    verdicts: all((shelf) => shelf.verdicts),
  });
};

const commit = (shelf: Shelf, change: OutboxChange): void => {
  const { producers = [], rows = [], removed = [], counters = [], verdicts = [] } = change;
  const put = <T extends Keyed>(values: readonly T[], into: Map<string, T>): void =>
    values.forEach((value) => into.set(keyOf(value), value));
  put(producers, shelf.producers);
  put(rows, shelf.rows);
  put(verdicts, shelf.verdicts);
  for (const [p, channel, n] of removed) shelf.rows.delete(keyOf({ p, channel, n }));
  for (const counter of counters) {
    const { next = 0, answered = 0 } = shelf.counters.get(keyOf(counter)) ?? {};
    shelf.counters.set(keyOf(counter), {
      ...counter,
      next: Math.max(next, counter.next),
      answered: Math.max(answered, counter.answered),
    });
  }
};

const errors = {
  quota: "QuotaExceededError",
  denied: "SecurityError",
  broken: "UnknownError",
  closed: "InvalidStateError",
} as const;
const failed = (why: keyof typeof errors): DOMException => new DOMException(why, errors[why]);

/** The storage of one browser profile: outboxes that survive a page, and the faults of a disk. */
export const createProfile = (clock: Pick<Clock, "nowMs" | "after">): Profile => {
  const shelves = new Map<string, Shelf>();
  const losers = new Set<(error: unknown) => void>();
  const hearers = new Set<(scope: string, change: OutboxChange) => void>();
  const pace = { openMs: 2, readMs: 1, commitMs: 0.9 };
  let fault: StorageFault | null = null;
  let generation = 0;
  /** Transactions run one after the other. */
  let busyUntilMs = 0;

  const shelfOf = (scope: string): Shelf => {
    let shelf = shelves.get(scope);
    if (!shelf) shelves.set(scope, (shelf = emptyShelf()));
    return shelf;
  };

  const storage =
    (page: DeviceClock): OpenOutboxStorage =>
    async (scope, lost) => {
      const openedIn = generation;
      let isOpen = true;
      /** A turn of the page: later when it is frozen, never when it is gone. */
      const turn = (delayMs: number): Promise<void> =>
        new Promise((resolve) => void clock.after(delayMs, () => page.run(resolve)));
      const never = new Promise<never>(() => undefined);

      const transact = async <T>(delayMs: number, task: () => T): Promise<T> => {
        if (fault === "hang") return never;
        const refusal =
          isOpen && openedIn === generation
            ? fault === "broken"
              ? failed(fault)
              : undefined
            : failed("closed");
        busyUntilMs = Math.max(busyUntilMs, clock.nowMs()) + delayMs;
        await turn(busyUntilMs - clock.nowMs());
        if (refusal) throw refusal;
        const result = task();
        await turn(delayMs / 2);
        return result;
      };

      const taken = (error: unknown): void => {
        isOpen = false;
        page.run(() => lost(error));
      };
      await transact(pace.openMs, () => {
        if (fault === "denied") throw failed(fault);
      });
      losers.add(taken);
      const opened: OutboxStorage = {
        write: (change) => {
          const written = cloneOf(change);
          const isFull = fault === "quota" && written.rows?.length;
          return transact(pace.commitMs, () => {
            if (isFull) throw failed("quota");
            commit(shelfOf(scope), written);
            for (const hear of hearers) hear(scope, written);
          });
        },
        read: (p) => transact(pace.readMs, () => contents([shelfOf(scope)], p)),
        producers: () => transact(pace.readMs, () => contents([shelfOf(scope)]).producers),
        forget: (p) =>
          transact(pace.commitMs, () => {
            const { rows } = contents([shelfOf(scope)], p);
            for (const shelf of Object.values(shelfOf(scope)) as Map<string, Keyed>[])
              for (const [key, value] of shelf) if (value.p === p) shelf.delete(key);
            const removed = rows.map(({ channel, n }) => [p, channel, n] as const);
            for (const hear of hearers) hear(scope, { removed });
          }),
        close: () => {
          isOpen = false;
          losers.delete(taken);
        },
      };
      return opened;
    };

  return {
    storage,
    fail: (next) => {
      fault = next;
    },
    pace: (next) => void Object.assign(pace, next),
    takeAway: () => {
      for (const taken of losers) taken(failed("closed"));
      losers.clear();
    },
    closeAll: () => {
      generation++;
    },
    forgetVerdicts: () => {
      for (const { verdicts } of shelves.values()) verdicts.clear();
    },
    wipe: () => shelves.clear(),
    connections: () => losers.size,
    stored: (scope) =>
      contents(scope === undefined ? [...shelves.values()] : [shelves.get(scope) ?? emptyShelf()]),
    onCommit: (hear) => {
      hearers.add(hear);
      return () => void hearers.delete(hear);
    },
  };
};

/** What one tab remembers from page to page. A duplicated tab begins with a copy. */
export interface TabMemory extends Boots {
  readonly duplicate: () => TabMemory;
}

/** What a fresh tab remembers, or a duplicated one. */
export const createTabMemory = (known: ReadonlyMap<string, readonly string[]> = new Map()): TabMemory => {
  const remembered = new Map(known);
  return {
    read: (scope) => remembered.get(scope) ?? [],
    write: (scope, producers) => void remembered.set(scope, [...producers]),
    duplicate: () => createTabMemory(remembered),
  };
};
