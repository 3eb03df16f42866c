import { describe, expect, it } from "vitest";
import { createRing, type Ring } from "../../src/core/ring.ts";
import type { WireEvent } from "../../src/protocol/frames.ts";

const event = (seq: number, branch = "a"): WireEvent => ({
  seq,
  tail: `${branch}${seq}`,
  prev: seq === 1 ? "" : `${branch}${seq - 1}`,
  lam: seq,
  d: seq,
});
const at = (seq: number, branch = "a", epoch = "e") => ({ epoch, seq, tail: seq ? `${branch}${seq}` : "" });
const filled = (from: number, to: number): Ring => {
  const ring = createRing();
  ring.begin(at(from - 1));
  for (let seq = from; seq <= to; seq++) ring.push("e", event(seq), true);
  return ring;
};
const seqs = (events: ReturnType<Ring["from"]>) =>
  Array.isArray(events) ? events.map(({ seq }: WireEvent) => seq) : events;

describe("the newest events of a channel", () => {
  it("go on from any place they reach back to", () => {
    const ring = filled(3, 6);
    expect(seqs(ring.from(at(2)))).toEqual([3, 4, 5, 6]);
    expect(seqs(ring.from(at(5)))).toEqual([6]);
    expect(seqs(ring.from(at(6)))).toEqual([]);
  });

  it("say when only the log can tell: behind, ahead, another branch, another epoch", () => {
    const ring = filled(3, 6);
    expect(ring.from(at(1))).toBe("behind");
    expect(ring.from(at(7))).toBe("ahead");
    expect(ring.from(at(4, "b"))).toBe("fork");
    expect(ring.from(at(6, "b"))).toBe("fork");
    expect(ring.from(at(4, "a", "other"))).toBe("fork");
    expect(createRing().from(at(0))).toBe("fork");
  });

  it("are forgotten at a fork, which begins them anew (fault 50)", () => {
    const ring = filled(3, 6);
    ring.push("e", { ...event(6, "b"), prev: "b5" }, true);
    expect(ring.head()).toEqual(at(6, "b"));
    expect(ring.from(at(4))).toBe("behind");
    expect(ring.last(2)).toBeUndefined();
  });

  it("are bounded", () => {
    const ring = filled(1, 3_000);
    expect(ring.from(at(0))).toBe("behind");
    expect(ring.last(512)).toHaveLength(512);
    expect(ring.last(1_025)).toBeUndefined();
  });
});
