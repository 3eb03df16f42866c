import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeServerFrames } from "../../src/protocol/decodeServerFrame.ts";
import { serverFrames } from "./serverFrames.ts";

const decode = (value: unknown) => decodeServerFrames(JSON.stringify(value));

describe("the decoder of server frames", () => {
  it.each(serverFrames.map((frame) => [frame.t, frame] as const))("takes a %s as it stands", (_t, frame) => {
    expect(decode(frame)).toEqual([frame]);
  });

  it("takes an array of frames, leaves out what it does not know, refuses what is none (fault 55)", () => {
    expect(decode(serverFrames)).toEqual(serverFrames);
    expect(decode([{ t: "teleport" }, { t: "ping" }])).toEqual([{ t: "ping" }]);
    for (const none of [null, 7, "text", [[{ t: "ping" }]], { t: 7 }, {}, [null], true])
      expect(decode(none)).toBeNull();
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"])(
    "a frame of type %s is unknown, not inherited (S18, CVE-2018-1270)",
    (t) => expect(decodeServerFrames(`{"t":"${t}"}`)).toEqual([]),
  );

  it("fields behind __proto__ do not count, and nothing is planted (S18)", () => {
    expect(decodeServerFrames('{"__proto__":{"t":"ping"}}')).toBeNull();
    expect(decodeServerFrames('{"t":"vol","__proto__":{"c":"room"},"d":1}')).toBeNull();
    expect(({} as { t?: unknown; c?: unknown }).t).toBeUndefined();
  });

  it.each([-1, 1.5, "7", true, 1e300, 2 ** 53])("a seq of %j refuses the message (fault 52)", (seq) => {
    expect(decode({ t: "live", c: "room", epoch: "e", seq, tail: "t" })).toBeNull();
    expect(decode({ t: "data", c: "room", ev: [{ seq, tail: "t", prev: "", lam: 1, d: 1 }] })).toBeNull();
  });

  it("deep nesting and long arrays do not break it (fault 55, S28)", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    expect(() => decodeServerFrames(deep)).not.toThrow();
    expect(() => decodeServerFrames(`{"t":"vol","c":"a","d":${deep}}`)).not.toThrow();
    expect(decode(Array.from({ length: 100_000 }, () => ({ t: "ping" })))).toHaveLength(100_000);
  });

  it("never throws, whatever it is given (S28, CVE-2026-48109)", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const frames = decodeServerFrames(text);
        for (const frame of frames ?? []) expect(typeof frame.t).toBe("string");
      }),
      { numRuns: 150 },
    );
  }, 20_000);

  it("takes or refuses a mutated frame, and what it takes has numbers and texts where they belong (S28, CVE-2022-2421)", () => {
    fc.assert(
      fc.property(fc.constantFrom(...serverFrames), fc.nat(), fc.jsonValue(), (frame, pick, value) => {
        const keys = Object.keys(frame);
        const [taken] = decode({ ...frame, [keys[pick % keys.length]!]: value }) ?? [];
        if (!taken) return;
        const { seq, c, n, ev } = taken as { seq?: unknown; c?: unknown; n?: unknown; ev?: unknown };
        if (taken.t === "live" || taken.t === "snapshot") expect(Number.isSafeInteger(seq)).toBe(true);
        if (taken.t === "ack" || taken.t === "nack") expect(Number.isSafeInteger(n)).toBe(true);
        if (["data", "delta", "live", "ack", "vol"].includes(taken.t)) expect(typeof c).toBe("string");
        if (taken.t === "data") for (const one of ev as unknown[]) expect(one).toBeTypeOf("object");
      }),
      { numRuns: 300 },
    );
  });
});
