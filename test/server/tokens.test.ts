import { describe, expect, it } from "vitest";
import { spread } from "../../src/server/spread.ts";
import { createTokens, createTokensByKey } from "../../src/server/tokens.ts";

const clock = { now: 0, nowMs: () => clock.now };
const at = (ms: number) => void (clock.now = ms);

/** Takes one, or answers how long to wait. */
const takerOf = (tokens: ReturnType<typeof createTokens>) => (ms: number) => {
  at(ms);
  const waitMs = tokens.waitMs(1);
  if (waitMs === 0) tokens.take(1);
  return waitMs;
};

describe("a rate that allows bursts (fault 70)", () => {
  it("gives a burst at once, then says how long to wait", () => {
    at(0);
    const take = takerOf(createTokens({ perSecond: 10, burst: 3 }, clock));
    expect([take(0), take(0), take(0), take(0)]).toEqual([0, 0, 0, 100]);
    expect(take(99)).toBeGreaterThan(0);
    expect(take(100)).toBe(0);
  });

  it("saves up no more than a burst", () => {
    at(0);
    const take = takerOf(createTokens({ perSecond: 10, burst: 2 }, clock));
    expect([take(60_000), take(60_000), take(60_000)]).toEqual([0, 0, 100]);
  });

  it("asking costs nothing", () => {
    at(0);
    const take = takerOf(createTokens({ perSecond: 1, burst: 1 }, clock));
    take(0);
    for (let ms = 0; ms < 1000; ms += 100) expect(take(ms)).toBeGreaterThan(0);
    expect(take(1000)).toBe(0);
  });

  it("counts in any unit", () => {
    at(0);
    const tokens = createTokens({ perSecond: 100, burst: 100 }, clock);
    tokens.take(70);
    expect([tokens.waitMs(30), tokens.waitMs(31), tokens.waitMs(100)]).toEqual([0, 10, 700]);
  });

  it("of many keys remembers those that still matter, and no others (I4)", () => {
    at(0);
    const of = createTokensByKey({ perSecond: 1, burst: 1 }, clock);
    const [idle, busy] = [of("idle"), of("busy")];
    takerOf(idle)(0);
    takerOf(busy)(1000);
    for (let i = 0; i < 10; i++) of(`key ${i}`);
    expect(of("busy")).toBe(busy);
    expect(of("idle")).not.toBe(idle);
  });
});

it("the spread is connections over the accepted rate, in ms (fault 18)", () => {
  expect([spread(0, 1000), spread(1, 1000), spread(10_000, 1000), spread(-1, 10)]).toEqual([0, 1, 10_000, 0]);
});
