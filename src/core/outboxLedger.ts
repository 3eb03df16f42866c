/** What of an outbox must be written, and what a page that comes back finds. Pure: the shell writes and reads. */
import type { Lane, Row } from "./lane.ts";
import type { RowKey, StoredCounter, StoredOutbox, StoredRow } from "./ports/outboxStorage.ts";
import type { Replied, Settled } from "./sender.ts";
import type { Settlement } from "./settlement.ts";

/** What is stored of a lane, or on its way there. */
export interface KeptLane<Tag> {
  p: string;
  /** Numbers below were written, or never will be. */
  next: number;
  answered: number;
  voids: number;
  /** In number order; null: it is stored, and this page has done with it. */
  rows: Map<number, Row<Tag> | null>;
  /** Those of them that are stored as voids. */
  readonly voided: Set<Row<Tag>>;
}

export const keptLane = <Tag>(p: string): KeptLane<Tag> => ({
  p,
  next: 1,
  answered: 0,
  voids: 0,
  rows: new Map(),
  voided: new Set(),
});

/** From the numbers of the core to Unix ms: add it. */
export type ToWall = number;

export const toStored = <Tag>(row: Row<Tag>, toWall: ToWall, version: number): StoredRow => ({
  p: row.lane.p,
  channel: row.channel,
  n: row.n,
  id: row.id,
  body: row.body as string,
  queuedAt: row.queuedAtMs + toWall,
  // JSON, which some tabs speak, knows no Infinity.
  expiresAt: Math.min(row.expiresAtMs + toWall, Number.MAX_SAFE_INTEGER),
  keyed: row.keyed,
  version,
  ...(row.expected && { expected: row.expected }),
  ...(row.re && { re: row.re }),
  ...(row.voided && { voided: row.voided }),
});

export interface Difference<Tag> {
  readonly put: readonly Row<Tag>[];
  /** Under the keys that they are stored by. */
  readonly gone: readonly (readonly [RowKey, Row<Tag> | null])[];
  readonly counter: StoredCounter | undefined;
}

/**
 * What was not written of this lane so far; `kept` becomes what it will be. The cost is that of the changes: what is answered
 * leaves first, what is new comes last, and only something else makes it look at every row.
 */
export const difference = <Tag>(lane: Lane<Tag>, kept: KeptLane<Tag>): Difference<Tag> => {
  const { channel } = lane;
  const gone: [RowKey, Row<Tag> | null][] = [];
  const put: Row<Tag>[] = [];
  const leave = (n: number, row: Row<Tag> | null): void => {
    gone.push([[kept.p, channel, n], row]);
    kept.rows.delete(n);
    if (row) kept.voided.delete(row);
  };
  const holds = (n: number, row: Row<Tag> | null): boolean =>
    kept.p === lane.p && lane.rows.get(n) === row && !row?.leaving;

  for (const [n, row] of kept.rows) {
    if (holds(n, row)) break;
    leave(n, row);
  }
  const counter =
    kept.p === lane.p && kept.next === lane.next && kept.answered === lane.answered
      ? undefined
      : { p: lane.p, channel, next: lane.next, answered: lane.answered };
  if (kept.p !== lane.p) Object.assign(kept, keptLane(lane.p));
  for (let n = kept.next; n < lane.next; n++) {
    const row = lane.rows.get(n);
    if (!row || row.leaving) continue;
    kept.rows.set(n, row);
    put.push(row);
    if (row.voided) kept.voided.add(row);
  }
  if (kept.rows.size !== lane.rows.size - lane.leaving || kept.voids !== lane.voids)
    for (const [n, row] of kept.rows) if (!holds(n, row)) leave(n, row);
  if (kept.voids !== lane.voids)
    for (const row of kept.rows.values())
      if (row?.voided && !kept.voided.has(row)) {
        kept.voided.add(row);
        put.push(row);
      }
  kept.next = lane.next;
  kept.answered = lane.answered;
  kept.voids = lane.voids;
  return { put, gone, counter };
};

export interface Reconciled<Tag> {
  /** Rows that ended while the page was away. */
  readonly settled: readonly Settled<Tag>[];
  readonly kept: KeptLane<Tag>;
  readonly answered: number;
  /** Others may have transmitted what stands below. */
  readonly sentBelow: number;
}

/**
 * `committed`: every number up to here was stored. What a page that comes back finds of its own lane. A row that is gone ended elsewhere: its verdict holds, without one nobody can
 * tell. What was never known to be stored is written again, and so is everything where the storage has forgotten the producer: it was
 * wiped.
 */
export const reconcile = <Tag>(lane: Lane<Tag>, stored: StoredOutbox, committed: number): Reconciled<Tag> => {
  const here = <T extends { readonly channel: string }>(all: readonly T[]): T[] =>
    all.filter(({ channel }) => channel === lane.channel);
  const rows = new Map(here(stored.rows).map((row) => [row.n, row]));
  const verdicts = new Map(here(stored.verdicts).map((one) => [one.n, one]));
  const [counter] = here(stored.counters);
  const answered = Math.max(lane.answered, counter?.answered ?? 0);
  const settled: Settled<Tag>[] = [];
  const kept: KeptLane<Tag> = { ...keptLane(lane.p), answered: counter?.answered ?? 0 };
  for (const n of rows.keys()) kept.rows.set(n, null);
  let sentBelow = Math.max(lane.sentBelow, committed + 1);
  let next = counter ? Math.min(counter.next, lane.next) : 1;
  for (const [n, row] of lane.rows) {
    const verdict = verdicts.get(n);
    // What stands below the answered was on its way there when another page removed it.
    const found = n > kept.answered ? rows.get(n) : undefined;
    if (found) {
      sentBelow = Math.max(sentBelow, n + 1);
      kept.rows.set(n, row);
      if (found.voided) kept.voided.add(row);
    } else if (verdict)
      settled.push([
        row,
        JSON.parse(verdict.settlement) as Settlement,
        verdict.reply === undefined ? undefined : (JSON.parse(verdict.reply) as Replied),
      ]);
    // One with a guard was never stored: nobody else can have sent it.
    else if (stored.producers.length && n <= (row.guard ? answered : Math.max(committed, answered)))
      settled.push([row, row.leaving ?? { kind: "uncertain" }]);
    else next = Math.min(next, n);
  }
  // Written again, and with them what is stored behind them.
  for (const [n, row] of kept.rows) if (row && !row.leaving && n >= next) kept.rows.delete(n);
  return { settled, kept: { ...kept, next }, answered, sentBelow };
};
