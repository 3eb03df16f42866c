import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evictOldest } from "../../src/core/evictOldest.ts";
import { isInFlight, possiblySent, type Row } from "../../src/core/lane.ts";
import { createOutbox, type Outbox, withdraw } from "../../src/core/outbox.ts";
import { pack, restart, rewind, type SendTerms, settleAnswered } from "../../src/core/sender.ts";
import { waitForRoom } from "../../src/core/waitForRoom.ts";

const channels = ["a", "b", "c"];
const limits = { capacity: 8, maxBytes: 60 };

type Act = readonly [name: (typeof names)[number], channel: number, size: number];
const names = ["send", "withdraw", "pack", "answer", "rewind", "restart", "admit", "drop"] as const;
const acts = fc.array(
  fc.tuple(fc.constantFrom(...names, "send", "send", "pack"), fc.nat(2), fc.integer({ min: 1, max: 20 })),
  { maxLength: 80 },
) as fc.Arbitrary<Act[]>;

const laneOf = <Tag>({ lanes }: Outbox<Tag>, channel: string) =>
  [...lanes].find((lane) => lane.channel === channel);

/** An outbox that does what it is told, and the settlements it brought: each message has its own number as its tag. */
const play = (told: readonly Act[], overflow: typeof evictOldest) => {
  const ends = new Map<number, number>();
  const end = (row: Pick<Row<number>, "tag">): void => void ends.set(row.tag, (ends.get(row.tag) ?? 0) + 1);
  const outbox = createOutbox<number>(() => "p0", limits);
  let tag = 0;
  let producers = 0;
  const terms: SendTerms<number> = { window: 6, windowBytes: 40, maxAgeMs: 1e9, mayGo: () => true };
  const every = (): Row<number>[] => [...outbox.rows(), ...outbox.waiting];

  const send = (channel: string, bytes: number): void => {
    tag++;
    const message = { channel, id: `${tag}`, body: "x".repeat(bytes), bytes, queuedAtMs: tag };
    const row = { ...message, expiresAtMs: Infinity, keyed: false, expected: undefined, payload: tag, tag };
    const evict = (old: Row<number>): void => {
      expect(possiblySent(old)).toBe(false);
      outbox.remove(old);
      end(old);
    };
    const fate = !outbox.waiting.size && outbox.fits(bytes) ? undefined : overflow(outbox, bytes, evict);
    if (fate === "wait") outbox.wait(row);
    else if (fate) end(row);
    else outbox.add(row);
  };

  const act = ([name, at, size]: Act): void => {
    const lane = laneOf(outbox, channels[at]!);
    if (name === "send") return send(channels[at]!, size);
    if (name === "admit") return void outbox.admit();
    const row = every()[size % Math.max(1, every().length)];
    if (name === "withdraw") return void (row && withdraw(outbox, row, "aborted") !== "pending" && end(row));
    if (name === "drop") {
      if (!row) return;
      outbox.remove(row);
      return end(row);
    }
    if (!lane) return;
    if (name === "pack") return void pack(lane, size * 20, true, terms, 0);
    if (name === "rewind") return rewind(lane, lane.answered + (size % 3));
    const settled =
      name === "restart"
        ? restart(outbox, lane, `p${++producers}`, size % 2 > 0, 0)
        : settleAnswered(
            outbox,
            lane,
            { p: lane.p, c: lane.channel, n: Math.min(lane.sentBelow - 1, lane.answered + size), head: 1 },
            0,
          );
    settled.forEach(([one]) => end(one));
  };

  for (const one of told) {
    act(one);
    checkFigures(outbox);
  }
  for (const row of every()) {
    expect(ends.has(row.tag)).toBe(false);
    end(row);
  }
  return { sent: tag, ends };
};

const sum = (rows: Iterable<Row<number>>): number => [...rows].reduce((total, { bytes }) => total + bytes, 0);

/** What is counted as it goes equals what a walk over the rows finds. */
const checkFigures = (outbox: Outbox<number>): void => {
  const rows = outbox.rows();
  expect([outbox.depth, outbox.bytes]).toEqual([rows.length, sum(rows)]);
  expect(outbox.waitingBytes).toBe(sum(outbox.waiting));
  expect(outbox.depth).toBeLessThanOrEqual(limits.capacity);
  expect(outbox.bytes).toBeLessThanOrEqual(limits.maxBytes);
  expect(outbox.waiting.size).toBeLessThanOrEqual(limits.capacity);
  expect(outbox.waitingBytes).toBeLessThanOrEqual(limits.maxBytes);
  for (const lane of outbox.lanes) {
    const own = [...lane.rows.values()];
    const flying = own.filter(isInFlight);
    expect([lane.flight, lane.flightBytes]).toEqual([flying.length, sum(flying)]);
    // In number order, in the order of sending, what was possibly transmitted first.
    expect(own.map(({ n }) => n)).toEqual([...lane.rows.keys()]);
    expect(own.map(({ tag }) => tag)).toEqual(own.map(({ tag }) => tag).sort((x, y) => x - y));
    expect(own.map(possiblySent).lastIndexOf(true)).toBe(own.filter(possiblySent).length - 1);
    expect(own.every(({ n }) => n > lane.answered && n < lane.next)).toBe(true);
    // Nobody who waits was sent before what the outbox took.
    for (const waiter of outbox.waiting)
      if (waiter.lane === lane) expect(waiter.tag).toBeGreaterThan(own.at(-1)?.tag ?? 0);
  }
};

describe.each([
  ["evict-oldest", evictOldest],
  ["wait", waitForRoom],
])("the outbox under %s, whatever happens (fault 57, fault 58)", (_, overflow) => {
  it("counts what it holds, stays within its limits and in order, and every message ends once", () => {
    fc.assert(
      fc.property(acts, (told) => {
        const { sent, ends } = play(told, overflow);
        expect([...ends.values()].every((times) => times === 1)).toBe(true);
        expect(ends.size).toBe(sent);
      }),
      { numRuns: 300 },
    );
  });
});

describe("what is stored and withdrawn", () => {
  it("makes room at once, once, and stays as a void until it is removed", () => {
    const outbox = createOutbox<number>(() => "p", { capacity: 1, maxBytes: 10 }, true);
    const row = outbox.add({
      channel: "c",
      id: "1",
      body: "1",
      bytes: 10,
      queuedAtMs: 0,
      expiresAtMs: Infinity,
      keyed: false,
      expected: undefined,
      payload: 1,
      tag: 1,
    });
    expect(withdraw(outbox, row, "expired", true)).toBe("pending");
    expect(withdraw(outbox, row, "aborted")).toBe("pending");
    expect([outbox.depth, outbox.bytes, outbox.rows(), outbox.fits(10)]).toEqual([0, 0, [], true]);
    expect([outbox.holds(row), row.voided, row.leaving]).toEqual([true, "expired", { kind: "expired" }]);
    outbox.remove(row);
    expect([outbox.depth, outbox.bytes, outbox.holds(row)]).toEqual([0, 0, false]);
  });
});

describe("evicting", () => {
  const filled = (sizes: readonly number[]): Outbox<number> => {
    const outbox = createOutbox<number>(() => "p", limits);
    sizes.forEach((bytes, i) =>
      outbox.add({
        channel: channels[i % 3]!,
        id: `${i}`,
        body: "",
        bytes,
        queuedAtMs: i,
        expiresAtMs: Infinity,
        keyed: false,
        expected: undefined,
        payload: i,
        tag: i,
      }),
    );
    return outbox;
  };

  it("takes as many as it must and no more", () => {
    const outbox = filled([10, 10, 10, 10, 20]);
    const gone: number[] = [];
    const fate = evictOldest(outbox, 15, (row) => {
      gone.push(row.tag);
      outbox.remove(row);
    });
    expect([fate, gone]).toEqual([undefined, [0, 1]]);
  });

  it("takes nobody where that would not help", () => {
    const outbox = filled([30, 20]);
    rewind(laneOf(outbox, "a")!, 1);
    laneOf(outbox, "a")!.sentBelow = 2;
    const fate = evictOldest(outbox, 31, () => expect.unreachable());
    expect(fate).toEqual({ kind: "evicted" });
  });
});
