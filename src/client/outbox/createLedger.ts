/** Writes what changed in the outbox, and clears what is stored for transmission. */
import { possiblySent } from "../../core/lane.ts";
import { difference, type KeptLane, keptLane, toStored } from "../../core/outboxLedger.ts";
import type {
  OutboxChange,
  OutboxStorage,
  RowKey,
  StoredCounter,
  StoredProducer,
  StoredRow,
  StoredVerdict,
} from "../../core/ports/outboxStorage.ts";
import type { ReceiptHandle } from "../createReceipt.ts";
import type { QueuedLane, QueuedRow } from "../queuedRow.ts";
import type { KeeperHost } from "./keeper.ts";
import { within } from "./within.ts";

export interface LedgerHost extends KeeperHost {
  /** Numbers of this lane above wait until something on its channel is answered. */
  readonly upTo: (lane: QueuedLane) => number;
  /** Whom the producers of this boot come after. */
  readonly after: () => readonly string[];
  /** A producer numbers for this tab from now on. */
  readonly began: (p: string) => void;
  /** A write failed. */
  readonly failed: (error: unknown) => void;
}

export interface Ledger {
  /** From now on changes are written there. */
  readonly open: (storage: OutboxStorage) => void;
  /** Writes the rest and closes; nothing may be transmitted any more. */
  readonly close: () => void;
  /** Writes what changed; true when nothing is left to be written. */
  readonly flush: () => boolean;
  /** Writes the rest; resolves when it is. */
  readonly written: () => Promise<void>;
  /** From now on new rows live in memory alone; what is stored is still removed, while that works. */
  readonly giveUp: () => void;
  readonly isDurable: () => boolean;
  /** It is stored, or on its way there. */
  readonly stores: (row: QueuedRow) => boolean;
  /** Undefined: nobody knows yet. */
  readonly subject: () => string | undefined;
  /** All producers of this boot number for another subject now, or for the first. */
  readonly signedIn: (subject: string) => void;
  /** How a producer is stored; undefined: it is not. */
  readonly found: (p: string, stored: StoredProducer | undefined) => void;
  /** Of a producer whose lanes are borrowed. */
  readonly borrowed: (record: StoredProducer, lanes: readonly QueuedLane[]) => void;
  readonly forget: (lane: QueuedLane) => void;
  /** What is stored of it; the highest number known to be committed. */
  readonly place: (lane: QueuedLane, kept: KeptLane<ReceiptHandle>) => void;
  readonly committed: (lane: QueuedLane) => number;
}

interface Collected {
  readonly change: OutboxChange;
  readonly size: number;
  /** They end when it is committed. */
  readonly leaving: readonly QueuedRow[];
}

/** A transaction that takes longer will not end: the storage counts as gone. */
const writeWithinMs = 5_000;

export const createLedger = (host: LedgerHost): Ledger => {
  const { clock, outbox } = host;
  const kept = new Map<QueuedLane, KeptLane<ReceiptHandle>>();
  /** The highest number known to be stored, and of which producer. */
  const committed = new Map<QueuedLane, { readonly p: string; readonly n: number }>();
  /** Producers, own and borrowed, as they are stored or on their way there. */
  const records = new Map<string, StoredProducer>();
  /** Those that are stored as the present subject's. */
  let stamped = new Set<string>();
  let storage: OutboxStorage | undefined;
  let subject: string | undefined;
  let how: "all" | "removals" | "nothing" = "all";
  /** Not open, or being read: nothing may be transmitted. */
  let isAway = true;
  let isBusy = false;
  let tail = Promise.resolve();

  const keptOf = (lane: QueuedLane): KeptLane<ReceiptHandle> => {
    let one = kept.get(lane);
    if (!one) kept.set(lane, (one = keptLane(lane.p)));
    return one;
  };

  /** The producer of a lane, when it is not yet stored as it is now. */
  const record = ({ p, borrowed }: QueuedLane): StoredProducer | undefined => {
    const known = records.get(p);
    // A stamp is for ever.
    if (known && (known.subject !== undefined || subject === undefined)) return undefined;
    if (!known && borrowed) return undefined;
    if (!known) host.began(p);
    const next = {
      ...(known ?? { p, createdAt: clock.wallMs(), after: host.after() }),
      ...(subject !== undefined && { subject }),
    };
    records.set(p, next);
    return next;
  };

  const verdictOf = ([p, channel, n]: RowKey, { tag }: QueuedRow): StoredVerdict => ({
    p,
    channel,
    n,
    settlement: JSON.stringify(tag.status.get()),
    ...(tag.reply && { reply: JSON.stringify(tag.reply) }),
    at: clock.wallMs(),
  });

  const collect = (): Collected => {
    const toWall = clock.wallMs() - clock.nowMs();
    const producers: StoredProducer[] = [];
    const rows: StoredRow[] = [];
    const removed: RowKey[] = [];
    const counters: StoredCounter[] = [];
    const verdicts: StoredVerdict[] = [];
    const leaving: QueuedRow[] = [];
    for (const lane of outbox.lanes) {
      const producer = record(lane);
      if (producer) producers.push(producer);
      const { put, gone, counter } = difference(lane, keptOf(lane));
      // Who could ask its guard after a reload? It lives and dies with its page.
      for (const row of put) if (!row.guard || row.voided) rows.push(toStored(row, toWall, host.version));
      for (const [key, row] of gone) {
        removed.push(key);
        if (row?.leaving) leaving.push(row);
        if (lane.borrowed && row) verdicts.push(verdictOf(key, row));
      }
      if (counter) counters.push(counter);
    }
    const change = how === "all" ? { producers, rows, removed, counters, verdicts } : { removed };
    return { change, size: Object.values(change).reduce((sum, { length }) => sum + length, 0), leaving };
  };

  const committedOf = (lane: QueuedLane): number => {
    const known = committed.get(lane);
    return known?.p === lane.p ? known.n : 0;
  };
  /** Numbered by the present subject, as far as anybody knows. */
  const isOurs = ({ p }: QueuedLane): boolean =>
    subject !== undefined && (records.get(p)?.subject ?? subject) === subject;

  /** What may be transmitted now. */
  const clear = (): void => {
    for (const lane of outbox.lanes) {
      const isStored = outbox.gated ? stamped.has(lane.p) : !lane.borrowed || isOurs(lane);
      const stored = !outbox.gated ? Infinity : lane.borrowed ? lane.next - 1 : committedOf(lane);
      const upTo = Math.min(stored, host.upTo(lane));
      lane.cleared = !isAway && isStored ? Math.max(upTo, lane.answered) : lane.answered;
    }
  };

  /** They are removed. What a page that took this one for gone has sent meanwhile is a void: the server says how it ended. */
  const end = async (leaving: readonly QueuedRow[], from: OutboxStorage): Promise<void> => {
    for (const p of new Set(leaving.map(({ lane }) => lane.p))) {
      const { verdicts } = await within(clock, writeWithinMs, from.read(p));
      if (storage !== from) return;
      for (const row of leaving) {
        const { lane, n } = row;
        if (lane.p !== p) continue;
        if (verdicts.some((one) => one.channel === lane.channel && one.n === n))
          lane.sentBelow = Math.max(lane.sentBelow, n + 1);
        else if (row.leaving && !possiblySent(row)) host.drop(row, row.leaving);
      }
    }
  };

  const write = ({ change, leaving }: Collected, into: OutboxStorage): void => {
    isBusy = true;
    const upTo = [...outbox.lanes].map((lane) => [lane, lane.p, lane.next - 1] as const);
    const stamps = (change.producers ?? []).filter((one) => one.subject !== undefined);
    const done = (): void => {
      isBusy = false;
      if (storage === into) host.turn();
    };
    tail = tail
      .then(() => within(clock, writeWithinMs, into.write(change)))
      .then(() => {
        host.emitter.emit("stored", change.rows ?? []);
        if (storage !== into) return;
        for (const [lane, p, n] of upTo) committed.set(lane, { p, n });
        for (const { p, subject: whose } of stamps) if (whose === subject) stamped.add(p);
        return end(leaving, into);
      })
      .catch((error: unknown) => {
        if (storage !== into) return;
        if (how === "removals") how = "nothing";
        else host.failed(error);
      })
      .then(done);
  };

  const flush = (last = false): boolean => {
    let isClean = false;
    if (storage && how !== "nothing" && (!isBusy || last)) {
      const collected = collect();
      if (collected.size) write(collected, storage);
      isClean = !collected.size;
    }
    clear();
    return isClean;
  };

  const found: Ledger["found"] = (p, stored) => {
    if (stored) records.set(p, stored);
    else records.delete(p);
    if (subject !== undefined && stored?.subject === subject) stamped.add(p);
    else stamped.delete(p);
  };

  return {
    flush: () => flush(),
    open: (opened) => {
      storage = opened;
      isAway = isBusy = false;
    },
    close: () => {
      flush(true);
      const closing = storage;
      storage = undefined;
      isAway = true;
      void tail.then(() => closing?.close());
      clear();
    },
    written: () => {
      flush(true);
      return tail;
    },
    giveUp: () => {
      how = "removals";
      outbox.gated = isAway = false;
      clear();
    },
    stores: (row) => !row.guard && kept.get(row.lane)?.rows.get(row.n) === row,
    isDurable: () => how === "all" && !!storage,
    subject: () => subject,
    signedIn: (now) => {
      if (subject === now) return;
      subject = now;
      stamped = new Set();
      for (const one of records.values()) if (one.subject === now) stamped.add(one.p);
    },
    found,
    borrowed: (stored, lanes) => {
      found(stored.p, stored);
      for (const lane of lanes) {
        const { rows, next, answered } = lane;
        kept.set(lane, { ...keptLane(lane.p), rows: new Map(rows), next, answered, voids: lane.voids });
        for (const row of rows.values()) if (row.voided) kept.get(lane)?.voided.add(row);
      }
    },
    forget: (lane) => {
      kept.delete(lane);
      committed.delete(lane);
      if (lane.borrowed) records.delete(lane.p);
    },
    place: (lane, one) => {
      kept.set(lane, one);
      committed.set(lane, { p: lane.p, n: one.next - 1 });
    },
    committed: committedOf,
  };
};
