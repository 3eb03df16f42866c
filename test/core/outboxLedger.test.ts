import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBorrow } from "../../src/core/borrowing.ts";
import { type Lane, transmitted } from "../../src/core/lane.ts";
import { createOutbox, type Outbox, withdraw } from "../../src/core/outbox.ts";
import { difference, keptLane, reconcile, toStored } from "../../src/core/outboxLedger.ts";
import type { StoredOutbox, StoredRow } from "../../src/core/ports/outboxStorage.ts";
import { restart, settleAnswered } from "../../src/core/sender.ts";

const toWall = 1_000_000;

const enqueue = (outbox: Outbox<string>, i: number) =>
  outbox.add({
    channel: "c",
    id: `id${i}`,
    body: `${i}`,
    bytes: 1,
    queuedAtMs: i,
    expiresAtMs: 1_000 + i,
    keyed: false,
    expected: undefined,
    payload: i,
    tag: `m${i}`,
  });

const outboxWith = (count: number): [Outbox<string>, Lane<string>] => {
  const outbox = createOutbox<string>(() => "p1", undefined, true);
  for (let i = 1; i <= count; i++) enqueue(outbox, i);
  return [outbox, outbox.lane("p1", "c")!];
};

/** A storage of one lane, written by differences. */
const shelf = () => {
  const rows = new Map<string, StoredRow>();
  const kept = keptLane<string>("p1");
  return {
    kept,
    write: (lane: Lane<string>): void => {
      const { put, gone } = difference(lane, kept);
      for (const [key] of gone) rows.delete(key.join());
      for (const row of put) rows.set([row.lane.p, row.channel, row.n].join(), toStored(row, toWall, 1));
    },
    rows: () => [...rows.values()].map(({ p, n, voided }) => [p, n, voided ?? null]),
    stored: (more: Partial<StoredOutbox> = {}): StoredOutbox => ({
      producers: [{ p: "p1", createdAt: toWall, after: [] }],
      rows: [...rows.values()],
      counters: [{ p: "p1", channel: "c", next: kept.next, answered: kept.answered }],
      verdicts: [],
      ...more,
    }),
  };
};

const acts = fc.array(
  fc.tuple(
    fc.constantFrom("send", "send", "transmit", "answer", "withdraw", "dismiss", "drop", "restart"),
    fc.nat(20),
  ),
  { maxLength: 60 },
);

describe("what is written of a lane", () => {
  it("makes what is stored equal to what is there, whatever happened in between", () => {
    const story = fc.property(acts, fc.integer({ min: 1, max: 5 }), (told, every) => {
      const [outbox, lane] = outboxWith(1);
      const { write, rows } = shelf();
      let boots = 1;
      for (const [i, [act, at]] of told.entries()) {
        const all = [...lane.rows.values()];
        const row = all[at % Math.max(1, all.length)];
        if (act === "send") enqueue(outbox, i + 2);
        else if (act === "transmit") {
          const next = lane.rows.get(lane.cursor);
          if (next) transmitted(next);
          else if (lane.cursor < lane.next) lane.cursor++;
        } else if (act === "answer")
          settleAnswered(outbox, lane, { p: lane.p, c: "c", n: Math.min(at, lane.cursor - 1), head: 9 }, 0);
        else if (act === "restart") restart(outbox, lane, `p${++boots}`, at % 2 === 0, 0);
        else if (row && act === "withdraw") withdraw(outbox, row, "aborted");
        else if (row && act === "dismiss") withdraw(outbox, row, "expired", true);
        else if (row) outbox.remove(row);
        if (i % every === 0) write(lane);
      }
      write(lane);
      expect(rows().sort()).toEqual(
        [...lane.rows.values()]
          .filter(({ leaving }) => !leaving)
          .map(({ n, voided }) => [lane.p, n, voided])
          .sort(),
      );
      expect([outbox.depth, outbox.bytes]).toEqual([rows().length, rows().length]);
    });
    fc.assert(story, { numRuns: 500 });
  });

  it("is nothing when nothing changed", () => {
    const [, lane] = outboxWith(3);
    const { write, kept } = shelf();
    write(lane);
    expect(difference(lane, kept)).toEqual({ put: [], gone: [], counter: undefined });
  });
});

describe("a page that comes back", () => {
  it("takes a verdict that was stored meanwhile, and is uncertain of what is gone without one", () => {
    const [, lane] = outboxWith(3);
    const { write, stored } = shelf();
    write(lane);
    const left = stored();
    const { settled, answered } = reconcile(
      lane,
      {
        ...left,
        rows: left.rows.slice(2),
        counters: [{ p: "p1", channel: "c", next: 4, answered: 2 }],
        verdicts: [{ p: "p1", channel: "c", n: 1, settlement: '{"kind":"acked","seq":7}', at: 1 }],
      },
      3,
    );
    expect(settled.map(([{ n }, how]) => [n, how])).toEqual([
      [1, { kind: "acked", seq: 7 }],
      [2, { kind: "uncertain" }],
    ]);
    expect(answered).toBe(2);
  });

  it("hears how a message ended that its own late write has put back, and removes it again", () => {
    const [, lane] = outboxWith(2);
    const { write, stored } = shelf();
    write(lane);
    const { settled, kept } = reconcile(
      lane,
      {
        ...stored(),
        counters: [{ p: "p1", channel: "c", next: 3, answered: 2 }],
        verdicts: [{ p: "p1", channel: "c", n: 2, settlement: '{"kind":"acked","seq":7}', at: 1 }],
      },
      2,
    );
    expect(settled.map(([{ n }, how]) => [n, how])).toEqual([
      [1, { kind: "uncertain" }],
      [2, { kind: "acked", seq: 7 }],
    ]);
    expect([...kept.rows]).toEqual([
      [1, null],
      [2, null],
    ]);
  });

  it("knows how what it had withdrawn ended: removed, as it said; there still, as the server says", () => {
    const [outbox, lane] = outboxWith(2);
    const { write, stored } = shelf();
    write(lane);
    const left = stored();
    for (const row of lane.rows.values()) withdraw(outbox, row, "aborted", true);
    const { settled, sentBelow } = reconcile(lane, { ...left, rows: left.rows.slice(1) }, 2);
    expect(settled.map(([{ n }, how]) => [n, how])).toEqual([[1, { kind: "aborted" }]]);
    expect(sentBelow).toBe(3);
  });

  it("† counts what is stored as transmitted, and what never was as what it is", () => {
    const [outbox, lane] = outboxWith(2);
    const { write, stored } = shelf();
    write(lane);
    enqueue(outbox, 3);
    expect(reconcile(lane, stored(), 0)).toMatchObject({ settled: [], sentBelow: 3 });
  });

  it("writes again what was never known to be stored, and all of it where the producer was forgotten", () => {
    const [outbox, lane] = outboxWith(2);
    const first = shelf();
    first.write(lane);
    enqueue(outbox, 3);
    const { kept } = reconcile(lane, first.stored(), 2);
    expect(difference(lane, kept).put.map(({ n }) => n)).toEqual([3]);
    const wiped = reconcile(lane, { producers: [], rows: [], counters: [], verdicts: [] }, 2);
    expect(wiped.settled).toEqual([]);
    expect(difference(lane, wiped.kept).put.map(({ n }) => n)).toEqual([1, 2, 3]);
  });

  it("removes what it has done with, when that was not written", () => {
    const [outbox, lane] = outboxWith(2);
    const { write, stored } = shelf();
    write(lane);
    outbox.remove(lane.rows.get(1)!);
    const { kept } = reconcile(lane, stored(), 2);
    expect(difference(lane, kept).gone.map(([key]) => key)).toEqual([["p1", "c", 1]]);
  });
});

describe("what another boot left", () => {
  const terms = {
    nowMs: 5_000,
    wallMs: toWall + 5_000,
    maxAgeMs: 10_000,
    limit: Infinity,
    mayTake: () => true,
    read: ({ body }: StoredRow) =>
      body === null ? undefined : { body, payload: JSON.parse(body) as unknown },
    tag: (id: string) => id,
  };
  const left = (count: number): StoredOutbox => {
    const [, lane] = outboxWith(count);
    const { write, stored } = shelf();
    write(lane);
    return stored();
  };

  it("is taken over with its numbers, ages and counter", () => {
    expect(toBorrow(left(2), terms)).toMatchObject([
      {
        p: "p1",
        channel: "c",
        createdAtMs: 0,
        next: 3,
        answered: 0,
        rows: [
          { n: 1, id: "id1", payload: 1, queuedAtMs: 1, expiresAtMs: 1_001 },
          { n: 2, id: "id2", payload: 2, queuedAtMs: 2, expiresAtMs: 1_002 },
        ],
      },
    ]);
  });

  it("† ends at the first row that cannot be taken: what is behind it must not count as never to come", () => {
    const stored = left(4);
    const rows = stored.rows.map((row) => (row.n === 3 ? { ...row, body: null } : row));
    expect(toBorrow({ ...stored, rows }, terms)).toMatchObject([{ next: 3, rows: [{ n: 1 }, { n: 2 }] }]);
    expect(toBorrow(stored, { ...terms, limit: 1 })).toMatchObject([{ next: 2, rows: [{ n: 1 }] }]);
  });

  it.each<Partial<Record<keyof StoredRow, unknown>>>([
    { p: 'p1","n":"' },
    { channel: "" },
    { n: 2.5 },
    { id: undefined },
    { body: 2 },
    { queuedAt: Number.NaN },
    { expiresAt: undefined },
    { expected: { seq: "1", tail: "t" } },
    { re: { p: "p0" } },
    { voided: "forgotten" },
  ])("is read no further than to a row that makes no sense: %j (fault 32, S23)", (flaw) => {
    const stored = left(3);
    const rows = stored.rows.map((row) => (row.n === 2 ? ({ ...row, ...flaw } as StoredRow) : row));
    const unreadable: StoredRow[] = [];
    const read = (row: StoredRow) => {
      if (row.body === null) unreadable.push(row);
      return terms.read(row);
    };
    const lanes = toBorrow({ ...stored, rows }, { ...terms, read });
    expect(lanes.flatMap((lane) => lane.rows.map(({ n }) => n))[0]).toBe(1);
    expect(lanes.flatMap((lane) => lane.rows.map(({ id }) => id))).not.toContain(flaw["id"] ?? "id2");
    expect(lanes.every(({ next }) => Number.isInteger(next))).toBe(true);
    expect(unreadable).toHaveLength(1);
  });

  it("does not wait for an answer to what is answered, nor believe a counter that is none", () => {
    const stored = left(3);
    const counted = (next: unknown, answered: unknown): StoredOutbox => ({
      ...stored,
      counters: stored.counters.map(
        (one) => ({ ...one, next, answered }) as (typeof stored.counters)[number],
      ),
    });
    expect(toBorrow(counted(4, 2), terms)).toMatchObject([{ next: 4, answered: 2, rows: [{ n: 3 }] }]);
    expect(toBorrow(counted("4", null), terms)).toMatchObject([{ next: 4, answered: 0 }]);
  });

  it("is not younger than it is when the wall clock was put back, and does not live longer (fault 20)", () => {
    const [lane] = toBorrow(left(1), { ...terms, wallMs: toWall - 1e9 });
    expect(lane?.rows[0]).toMatchObject({ queuedAtMs: 5_000, expiresAtMs: 6_000 });
  });
});
