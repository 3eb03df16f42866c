import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  askBreaker,
  closedBreaker,
  type DeltaBreaker,
  refusesForMs,
  tellBreaker,
} from "../../src/server/deltaBreaker.ts";

const after = (...bad: readonly boolean[]): DeltaBreaker =>
  bad.reduce<DeltaBreaker>(
    (state, isBad) => tellBreaker(state, { leave: "call", isBad, nowMs: 0, dice: 0.5 }),
    closedBreaker,
  );
const G = false;
const B = true;
const open: DeltaBreaker = { name: "open", untilMs: 5000 };
const halfOpen: DeltaBreaker = { name: "halfOpen" };

describe("the breaker before the log", () => {
  it.each<[string, readonly boolean[], DeltaBreaker["name"]]>([
    ["4 of 10", [B, G, B, G, B, G, B, G, G, G], "closed"],
    ["5 in a row", [B, B, B, B, B], "open"],
    ["5 of 10", [B, G, B, G, B, G, B, G, G, B], "open"],
    ["5 of 11, of which the first has gone", [B, G, B, G, B, G, B, G, G, G, B], "closed"],
    ["any number of good ones", Array.from({ length: 100 }, () => G), "closed"],
  ])("after %s bad calls", (_, bad, name) => {
    expect(after(...bad).name).toBe(name);
  });

  it.each<[dice: number, untilMs: number]>([
    [0, 4000],
    [0.5, 5000],
    [0.75, 5500],
  ])("stays open for 5 s give or take a fifth: dice %f", (dice, untilMs) => {
    const bad = { leave: "call", isBad: true, nowMs: 0, dice } as const;
    expect(tellBreaker(after(B, B, B, B), bad)).toEqual({ name: "open", untilMs });
  });

  it.each<[string, DeltaBreaker, nowMs: number, ReturnType<typeof askBreaker>]>([
    ["closed", closedBreaker, 0, [closedBreaker, "call"]],
    ["open", open, 4999, [open, "refuse"]],
    ["open for long enough", open, 5000, [halfOpen, "probe"]],
    ["half open", halfOpen, 1e9, [halfOpen, "refuse"]],
  ])("asked while %s", (_, state, nowMs, answer) => {
    expect(askBreaker(state, nowMs)).toEqual(answer);
  });

  it.each<[string, DeltaBreaker, "call" | "probe", isBad: boolean, DeltaBreaker["name"]]>([
    ["a good probe closes", halfOpen, "probe", false, "closed"],
    ["a bad probe opens", halfOpen, "probe", true, "open"],
    ["a call from before decides nothing half open", halfOpen, "call", true, "halfOpen"],
    ["nor open", open, "call", false, "open"],
  ])("%s", (_, state, leave, isBad, name) => {
    expect(tellBreaker(state, { leave, isBad, nowMs: 1, dice: 0 }).name).toBe(name);
  });

  it("says how long it surely refuses", () => {
    expect([closedBreaker, halfOpen, open].map((state) => refusesForMs(state, 2000))).toEqual([0, 0, 3000]);
  });

  it("in any history: at most one probe at a time, none within 4 s of an opening, and none refused while closed", () => {
    const step = fc.record({
      waitMs: fc.nat(3000),
      isBad: fc.boolean(),
      dice: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(fc.record({ step, ends: fc.boolean() }), { maxLength: 60 }), (history) => {
        let state: DeltaBreaker = closedBreaker;
        let nowMs = 0;
        let openedAtMs = -Infinity;
        const running: ("call" | "probe")[] = [];
        for (const {
          step: { waitMs, isBad, dice },
          ends,
        } of history) {
          nowMs += waitMs;
          const before = state;
          const leave = running[0];
          if (ends && leave) {
            running.shift();
            state = tellBreaker(state, { leave, isBad, nowMs, dice });
            if (state.name === "open" && before.name !== "open") openedAtMs = nowMs;
            continue;
          }
          const [next, answer] = askBreaker(state, nowMs);
          if (before.name === "closed") expect(answer).toBe("call");
          if (before.name === "halfOpen") expect(answer).toBe("refuse");
          if (answer === "probe") {
            expect(nowMs - openedAtMs).toBeGreaterThanOrEqual(4000);
            expect(running).not.toContain("probe");
          }
          if (answer !== "refuse") running.push(answer);
          state = next;
        }
      }),
    );
  });
});
