import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Lane } from "../../src/core/lane.ts";
import { createOutbox, type Outbox, withdraw } from "../../src/core/outbox.ts";
import { pack, restart, rewind, type SendLimits, settleAnswered } from "../../src/core/sender.ts";
import { utf8Bytes } from "../../src/core/utf8Bytes.ts";

const limits: SendLimits = { window: 8, windowBytes: 1e6, maxAgeMs: 1e6 };

const outboxWith = (count: number): [Outbox<string>, Lane<string>] => {
  const outbox = createOutbox<string>(() => "p1");
  for (let i = 1; i <= count; i++) enqueue(outbox, i);
  return [outbox, outbox.lane("p1", "c")!];
};

const enqueue = (outbox: Outbox<string>, i: number) =>
  outbox.add({
    channel: "c",
    id: `id${i}`,
    body: `{"i":${i}}`,
    bytes: 8,
    queuedAtMs: i,
    expiresAtMs: Infinity,
    keyed: false,
    expected: undefined,
    payload: i,
    tag: `m${i}`,
  });

const next = (lane: Lane<string>, room = 1e5, over: Partial<SendLimits> = {}) => {
  const packed = pack(lane, room, true, { ...limits, ...over }, 0);
  return packed && (JSON.parse(packed.text) as Record<string, unknown>);
};
const answer = (n: number, more: object = {}) => ({ p: "p1", c: "c", n, head: 50, ...more });
const codes = (settled: ReturnType<typeof settleAnswered<string>>) =>
  settled.map(([row, how]) => [row.tag, how]);

describe("numbers", () => {
  it("are given at enqueue, from 1, without gaps", () => {
    const [, lane] = outboxWith(3);
    expect([...lane.rows.keys()]).toEqual([1, 2, 3]);
  });

  it("travel many in one frame, the first number named", () => {
    const [, lane] = outboxWith(3);
    expect(next(lane)).toEqual({
      t: "pub",
      c: "c",
      p: "p1",
      acked: 0,
      n: 1,
      m: [1, 2, 3].map((i) => ({ id: `id${i}`, d: { i } })),
    });
    expect(next(lane)).toBeNull();
  });

  it("† stay within answered + window, skips included: the window is a span of numbers", () => {
    const [outbox, lane] = outboxWith(20);
    for (let n = 2; n <= 12; n++) withdraw(outbox, lane.rows.get(n)!, "aborted");
    expect(next(lane)).toMatchObject({ n: 1, m: [{ id: "id1" }] });
    expect(next(lane)).toMatchObject({ t: "skip", from: 2, to: 8 });
    expect(next(lane)).toBeNull();
    settleAnswered(outbox, lane, answer(8), 0);
    expect(next(lane)).toMatchObject({ t: "skip", from: 9, to: 12, acked: 8 });
    expect(next(lane)).toMatchObject({
      t: "pub",
      n: 13,
      m: [{ id: "id13" }, { id: "id14" }, { id: "id15" }, { id: "id16" }],
    });
  });

  it("stay within the byte window", () => {
    const [, lane] = outboxWith(5);
    expect(next(lane, 1e5, { windowBytes: 16 })).toMatchObject({ m: [{ id: "id1" }, { id: "id2" }] });
    expect(next(lane, 1e5, { windowBytes: 16 })).toBeNull();
  });

  it("fill a frame up to its room, at least one message", () => {
    const [, lane] = outboxWith(3);
    expect(next(lane, 1)).toMatchObject({ n: 1, m: [{ id: "id1" }] });
    expect(pack(lane, 1, false, limits, 0)).toBeNull();
  });

  it("count the UTF-8 bytes of what is packed", () => {
    const outbox = createOutbox<string>(() => "p1");
    const body = JSON.stringify("zażółć 🦆");
    outbox.add({
      channel: "kanał",
      id: "i",
      body,
      bytes: utf8Bytes(body),
      queuedAtMs: 0,
      expiresAtMs: Infinity,
      keyed: true,
      expected: undefined,
      payload: 0,
      tag: "",
    });
    const packed = pack(outbox.lane("p1", "kanał")!, 1e5, true, limits, 0)!;
    const exact = new TextEncoder().encode(packed.text).length;
    expect(packed.bytes).toBeGreaterThanOrEqual(exact);
    expect(packed.bytes).toBeLessThan(exact + 8);
  });
});

describe("answers", () => {
  it("settle everything up to their number: runs with the seq, the rest with seqAtMost", () => {
    const [outbox, lane] = outboxWith(3);
    next(lane);
    const settled = settleAnswered(outbox, lane, answer(3, { runs: [[1, 40, 2]] }), 0);
    expect(codes(settled)).toEqual([
      ["m1", { kind: "acked", seq: 40 }],
      ["m2", { kind: "acked", seq: 41 }],
      ["m3", { kind: "acked", seqAtMost: 50 }],
    ]);
    expect(outbox).toMatchObject({ depth: 0, bytes: 0 });
    expect(lane.flightBytes).toBe(0);
  });

  it("carry verdicts: rejected, dup, uncertain, a conflict with where the channel stood", () => {
    const [outbox, lane] = outboxWith(4);
    next(lane);
    const verdicts = [
      [1, 1, "rejected:SPAM"],
      [2, 2, "dup", 7],
      [3, 3, "uncertain"],
      [4, 4, "rejected:CONFLICT", 9, "t9"],
    ];
    expect(codes(settleAnswered(outbox, lane, answer(4, { verdicts }), 0))).toEqual([
      ["m1", { kind: "rejected", code: "SPAM", by: "server" }],
      ["m2", { kind: "acked", seq: 7 }],
      ["m3", { kind: "uncertain" }],
      ["m4", { kind: "rejected", code: "CONFLICT", by: "server", current: { seq: 9, tail: "t9" } }],
    ]);
  });

  it("never regress, and a repeat is a no-op (fault 45, fault 46)", () => {
    const [outbox, lane] = outboxWith(3);
    next(lane);
    settleAnswered(outbox, lane, answer(2), 0);
    expect(settleAnswered(outbox, lane, answer(1), 0)).toEqual([]);
    expect(settleAnswered(outbox, lane, answer(2), 0)).toEqual([]);
    expect(lane.answered).toBe(2);
  });

  it("for numbers that were never given settle nothing beyond them (fault 48)", () => {
    const [outbox, lane] = outboxWith(2);
    next(lane);
    settleAnswered(outbox, lane, answer(99), 0);
    expect(lane.answered).toBe(2);
    enqueue(outbox, 3);
    expect(next(lane)).toMatchObject({ n: 3 });
  });
});

describe("withdrawing", () => {
  it("removes what was never transmitted; its number travels as a skip", () => {
    const [outbox, lane] = outboxWith(3);
    expect(withdraw(outbox, lane.rows.get(2)!, "aborted")).toEqual({ kind: "aborted" });
    expect(next(lane)).toMatchObject({ t: "pub", n: 1 });
    expect(next(lane)).toMatchObject({ t: "skip", from: 2, to: 2 });
    expect(next(lane)).toMatchObject({ t: "pub", n: 3 });
  });

  it("† leaves the verdict on what was possibly transmitted to the server: a void is re-sent under the same number", () => {
    const [outbox, lane] = outboxWith(2);
    next(lane);
    expect(withdraw(outbox, lane.rows.get(1)!, "expired")).toBe("pending");
    rewind(lane);
    expect(next(lane)).toMatchObject({
      n: 1,
      m: [
        { id: "id1", void: true },
        { id: "id2", d: { i: 2 } },
      ],
    });
    const settled = settleAnswered(
      outbox,
      lane,
      answer(2, { verdicts: [[1, 1, "skipped"]], runs: [[2, 5, 1]] }),
      0,
    );
    expect(codes(settled)).toEqual([
      ["m1", { kind: "expired" }],
      ["m2", { kind: "acked", seq: 5 }],
    ]);
  });

  it("what another page withdrew under this number was appended nowhere: it is aborted, not uncertain", () => {
    const [outbox, lane] = outboxWith(1);
    next(lane);
    expect(codes(settleAnswered(outbox, lane, answer(1, { verdicts: [[1, 1, "skipped"]] }), 0))).toEqual([
      ["m1", { kind: "aborted" }],
    ]);
  });

  it("a void whose message had landed settles acked", () => {
    const [outbox, lane] = outboxWith(1);
    next(lane);
    withdraw(outbox, lane.rows.get(1)!, "aborted");
    expect(codes(settleAnswered(outbox, lane, answer(1, { runs: [[1, 3, 1]] }), 0))).toEqual([
      ["m1", { kind: "acked", seq: 3 }],
    ]);
  });
});

describe("a rollback", () => {
  it("† goes on under a new producer from 1; possibly transmitted rows name their original", () => {
    const [outbox, lane] = outboxWith(3);
    next(lane);
    settleAnswered(outbox, lane, answer(1), 0);
    enqueue(outbox, 4);
    restart(outbox, lane, "p2", false, 0);
    expect(next(lane)).toEqual({
      t: "pub",
      c: "c",
      p: "p2",
      acked: 0,
      n: 1,
      m: [
        { id: "id2", d: { i: 2 }, re: { p: "p1", n: 2 } },
        { id: "id3", d: { i: 3 }, re: { p: "p1", n: 3 } },
        { id: "id4", d: { i: 4 } },
      ],
    });
  });

  it("† keeps the first original through a second rollback", () => {
    const [outbox, lane] = outboxWith(1);
    next(lane);
    restart(outbox, lane, "p2", false, 0);
    next(lane);
    restart(outbox, lane, "p3", false, 0);
    expect(next(lane)).toMatchObject({ p: "p3", m: [{ re: { p: "p1", n: 1 } }] });
  });

  it("settles possibly transmitted rows uncertain where the server forgot the producer (fault 63)", () => {
    const [outbox, lane] = outboxWith(2);
    next(lane);
    enqueue(outbox, 3);
    expect(codes(restart(outbox, lane, "p2", true, 0))).toEqual([
      ["m1", { kind: "uncertain" }],
      ["m2", { kind: "uncertain" }],
    ]);
    expect(next(lane)).toMatchObject({ p: "p2", n: 1, m: [{ id: "id3" }] });
  });
});

describe("what interleavings taught", () => {
  it("† a number is never given again, although the row that had it is gone", () => {
    const [outbox, lane] = outboxWith(3);
    withdraw(outbox, lane.rows.get(3)!, "aborted");
    enqueue(outbox, 4);
    expect(lane.rows.get(4)?.tag).toBe("m4");
    expect([...lane.rows.keys()]).toEqual([1, 2, 4]);
  });

  it("† a break changes no number: gaps stay gaps when everything is sent again", () => {
    const [outbox, lane] = outboxWith(3);
    withdraw(outbox, lane.rows.get(1)!, "aborted");
    next(lane);
    next(lane);
    rewind(lane);
    expect(next(lane)).toMatchObject({ t: "skip", from: 1, to: 1 });
    expect(next(lane)).toMatchObject({ t: "pub", n: 2, m: [{ id: "id2" }, { id: "id3" }] });
  });

  it("† what was transmitted stays transmitted after a break: taken back, it is a void and no skip", () => {
    const [outbox, lane] = outboxWith(2);
    next(lane);
    rewind(lane);
    expect(withdraw(outbox, lane.rows.get(2)!, "aborted")).toBe("pending");
    expect(next(lane)).toMatchObject({ n: 1, m: [{ id: "id1" }, { id: "id2", void: true }] });
  });

  it("† an old answer moves neither the watermark nor the rows (fault 46)", () => {
    const [outbox, lane] = outboxWith(4);
    next(lane);
    settleAnswered(outbox, lane, answer(3), 0);
    settleAnswered(outbox, lane, answer(1), 7);
    expect(lane).toMatchObject({ answered: 3, progressAtMs: 0 });
    rewind(lane);
    expect(next(lane)).toMatchObject({ n: 4, acked: 3 });
  });

  it("† a row that names an original counts as transmitted, and so its void names the original", () => {
    const [outbox, lane] = outboxWith(1);
    next(lane);
    restart(outbox, lane, "p2", false, 0);
    expect(withdraw(outbox, lane.rows.get(1)!, "aborted")).toBe("pending");
    expect(next(lane)).toMatchObject({
      p: "p2",
      n: 1,
      m: [{ id: "id1", void: true, re: { p: "p1", n: 1 } }],
    });
  });

  it("† a producer older than the outbox lives says so in every frame", () => {
    const [outbox, lane] = outboxWith(3);
    withdraw(outbox, lane.rows.get(2)!, "aborted");
    const late = (): unknown => JSON.parse(pack(lane, 1e5, true, { ...limits, maxAgeMs: 10 }, 12)!.text);
    expect([late(), late(), late()]).toMatchObject([
      { t: "pub", n: 1, old: true },
      { t: "skip", from: 2, old: true },
      { t: "pub", n: 3, old: true },
    ]);
  });
});

describe("utf8Bytes", () => {
  it("counts what an encoder writes", { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(utf8Bytes(text)).toBe(new TextEncoder().encode(text).length);
      }),
    );
    expect(utf8Bytes("\ud800x\udc00")).toBe(7);
  });
});
