import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeClientFrame } from "../../src/protocol/decodeClientFrame.ts";

const decode = (value: unknown) => decodeClientFrame(JSON.stringify(value));
const outcome = (value: unknown) => {
  const decoded = decode(value);
  return decoded.ok ? "ok" : decoded.code;
};
const cursor = { epoch: "e", seq: 3, tail: "t" };

const good: readonly Record<string, unknown>[] = [
  { t: "auth", token: null, group: "g", term: 0 },
  { t: "auth", token: "abc", group: "g", term: 3, v: 2 },
  {
    t: "resume",
    channels: [
      { c: "a", ...cursor },
      { c: "b", since: "now" },
    ],
    producers: [{ p: "p", c: "a", acked: 0 }],
  },
  {
    t: "resume",
    channels: [{ c: "a", since: { last: 5 } }],
    producers: [],
    stats: { counts: { a: 1 }, observed: { b: [0.5] } },
    traceparent: "00-",
  },
  { t: "pong", cursors: [{ c: "a", ...cursor }], stats: { counts: {}, observed: {} } },
  { t: "claim", producers: [{ p: "p", c: "a", acked: 4, old: true }] },
  { t: "sub", c: "a", since: "snapshot" },
  { t: "unsub", c: "a" },
  { t: "pub", c: "a", p: "p", n: 1, acked: 0, m: [{ id: "i", d: null }] },
  {
    t: "pub",
    c: "a",
    p: "p",
    n: 5,
    acked: 4,
    old: true,
    m: [
      { id: "i", void: true, re: { p: "q", n: 1 }, old: true },
      { id: "k", key: true, d: {}, expected: { seq: 0, tail: "" }, ttl: 5 },
    ],
  },
  { t: "skip", c: "a", p: "p", from: 2, to: 2, acked: 1 },
  { t: "read", rid: 0, c: "a", cursor },
  { t: "read", rid: 0, c: "a", snapshot: true },
  { t: "read", rid: 0, c: "a", before: 9, limit: 10 },
  { t: "retire", p: "p" },
  { t: "vol", c: "a", d: 1 },
  { t: "ping" },
  { t: "pong" },
  { t: "bye" },
];

describe("the decoder of client frames", () => {
  it.each(good.map((frame) => [frame["t"], frame] as const))(
    "P2.1: takes a %s as it stands",
    (_type, frame) => {
      expect(decode(frame)).toEqual({ ok: true, frames: [frame], unknown: [] });
    },
  );

  it("P2.1: takes one frame or an array of frames", () => {
    expect(decode(good)).toEqual({ ok: true, frames: good, unknown: [] });
    expect(decode([])).toEqual({ ok: true, frames: [], unknown: [] });
  });

  it.each(["", "{", "nope", '{"t":"ping"} {}', "\u0000"])("P2.2: %j is MALFORMED (fault 55)", (text) => {
    expect(decodeClientFrame(text)).toMatchObject({ ok: false, code: "MALFORMED" });
  });

  it("P2.2: a missing or mistyped field refuses the whole message (fault 55)", () => {
    for (const frame of good)
      for (const field of Object.keys(frame).filter(
        (key) => !["t", "old", "v", "stats", "traceparent", "limit", "cursors"].includes(key),
      )) {
        const { [field]: _removed, ...without } = frame;
        const isOptional = decode(without).ok;
        const wrong = outcome([
          { t: "ping" },
          { ...frame, [field]: Symbol.for("x") in frame ? 1 : { odd: [true] } },
        ]);
        if (field === "d" || field === "token") continue;
        expect([frame["t"], field, isOptional, wrong]).toEqual([frame["t"], field, false, "INVALID_FRAME"]);
      }
  });

  it.each([
    ["n of 0", { t: "pub", c: "a", p: "p", n: 0, acked: 0, m: [{ id: "i", d: 1 }] }],
    ["n beyond 2^53 (fault 52)", { t: "pub", c: "a", p: "p", n: 2 ** 53, acked: 0, m: [{ id: "i", d: 1 }] }],
    [
      "a last n beyond 2^53 (fault 52)",
      {
        t: "pub",
        c: "a",
        p: "p",
        n: 2 ** 53 - 1,
        acked: 0,
        m: [
          { id: "i", d: 1 },
          { id: "j", d: 1 },
        ],
      },
    ],
    ["n that is no integer", { t: "pub", c: "a", p: "p", n: 1.5, acked: 0, m: [{ id: "i", d: 1 }] }],
    ["no items", { t: "pub", c: "a", p: "p", n: 1, acked: 0, m: [] }],
    ["an item with neither d nor void", { t: "pub", c: "a", p: "p", n: 1, acked: 0, m: [{ id: "i" }] }],
    ["an item with both", { t: "pub", c: "a", p: "p", n: 1, acked: 0, m: [{ id: "i", d: 1, void: true }] }],
    ["void: false", { t: "pub", c: "a", p: "p", n: 1, acked: 0, m: [{ id: "i", d: 1, void: false }] }],
    ["a backward skip", { t: "skip", c: "a", p: "p", from: 5, to: 4, acked: 1 }],
    ["a read of two things", { t: "read", rid: 0, c: "a", cursor, snapshot: true }],
    ["a read of nothing", { t: "read", rid: 0, c: "a" }],
    ["a negative figure", { t: "pong", stats: { counts: { a: -1 }, observed: {} } }],
    ["a figure that is no number", { t: "pong", stats: { counts: { a: "1" }, observed: {} } }],
    ["figures without an end", { t: "pong", stats: { counts: {}, observed: { a: Array(33).fill(1) } } }],
    [
      "more names than anybody measures",
      {
        t: "resume",
        channels: [],
        producers: [],
        stats: { counts: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [i, 1])), observed: {} },
      },
    ],
    ["nine sampled cursors", { t: "pong", cursors: Array(9).fill({ c: "a", ...cursor }) }],
    ["an empty channel name", { t: "unsub", c: "" }],
    ["a channel name of 257 characters", { t: "unsub", c: "x".repeat(257) }],
    ["a control character in a name (S20)", { t: "unsub", c: "a\nb" }],
    [
      "a key of 129 characters (S10)",
      { t: "pub", c: "a", p: "p", n: 1, acked: 0, m: [{ id: "x".repeat(129), d: 1 }] },
    ],
    ["a producer that is no token", { t: "retire", p: "a b" }],
    ["a type that is no text", { t: 7 }],
    ["null", null],
    ["a nested array of frames", [[{ t: "ping" }]]],
  ])("P2.2: %s is INVALID_FRAME", (_name, frame) => {
    expect(outcome(frame)).toBe("INVALID_FRAME");
  });

  it.each([-1, 1.5, "7", null, 1e300])("P4.9: a cursor whose seq is %j is INVALID_SEQ (fault 52)", (seq) => {
    expect(outcome({ t: "resume", channels: [{ c: "a", epoch: "e", seq, tail: "" }], producers: [] })).toBe(
      "INVALID_SEQ",
    );
    expect(outcome({ t: "sub", c: "a", epoch: "e", seq, tail: "" })).toBe("INVALID_SEQ");
    expect(outcome({ t: "read", rid: 1, c: "a", cursor: { epoch: "e", seq, tail: "" } })).toBe("INVALID_SEQ");
  });

  it("P2.3: names the types it does not know and keeps the frames it knows (fault 55)", () => {
    expect(decode([{ t: "ping" }, { t: "teleport", to: 1 }])).toEqual({
      ok: true,
      frames: [{ t: "ping" }],
      unknown: ["teleport"],
    });
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "a frame of type %s is unknown, not inherited (S18, GHSA-5v72)",
    (type) => expect(decodeClientFrame(`{"t":"${type}"}`)).toMatchObject({ ok: true, unknown: [type] }),
  );

  it("fields behind __proto__ do not count (S18, fault 55)", () => {
    expect(decodeClientFrame('{"__proto__":{"t":"ping"}}')).toMatchObject({
      ok: false,
      code: "INVALID_FRAME",
    });
    expect(decodeClientFrame('{"t":"unsub","__proto__":{"c":"a"}}')).toMatchObject({ ok: false });
  });

  it("deep nesting does not break it (fault 55, S12)", () => {
    const deep = "[".repeat(30_000) + "]".repeat(30_000);
    expect(decodeClientFrame(deep)).toMatchObject({ ok: false });
    expect(decodeClientFrame(`{"t":"vol","c":"a","d":${deep}}`)).toMatchObject({ ok: true });
  });

  it("never throws, whatever it is given (S28)", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((v) => JSON.stringify(v)),
        ),
        (text) => {
          expect(() => decodeClientFrame(text)).not.toThrow();
        },
      ),
      { numRuns: 500 },
    );
  });

  it("takes or refuses a mutated frame, and what it takes has the shape (S28)", () => {
    fc.assert(
      fc.property(fc.constantFrom(...good), fc.string(), fc.jsonValue(), (frame, key, value) => {
        const keys = Object.keys(frame);
        const field = keys[key.length % keys.length] ?? "t";
        const decoded = decode({ ...frame, [field]: value });
        if (!decoded.ok || decoded.frames.length === 0) return;
        const [taken] = decoded.frames;
        if (taken?.t === "pub")
          expect(Number.isSafeInteger(taken.n) && taken.n > 0 && taken.m.length > 0).toBe(true);
        if (taken?.t === "skip") expect(taken.to >= taken.from && taken.from > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

it("lone surrogates are no names: a store that speaks UTF-8 takes all of them for one (S28, S6)", () => {
  for (const c of ["\ud800", "a\udfff", "\udc00\ud800"])
    expect(decodeClientFrame(JSON.stringify({ t: "unsub", c }))).toMatchObject({ code: "INVALID_FRAME" });
  expect(decodeClientFrame(JSON.stringify({ t: "unsub", c: "💥" }))).toMatchObject({ ok: true });
});
