import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Backoff,
  type BackoffInput,
  capped,
  decorrelated,
  equal,
  fixed,
  full,
  perClient,
} from "../../src/core/backoff.ts";

const at = (policy: Backoff, over: Partial<BackoffInput>): number =>
  policy({ attempt: 0, dice: 0.5, clientDice: 0.5, previousMs: 0, capMs: Infinity, ...over });

describe("backoff", () => {
  it("perClient: base drawn once from 100–500 ms, doubled, capped, then ± 50 %", () => {
    expect(at(perClient(), { clientDice: 0, dice: 0.5 })).toBe(100);
    expect(at(perClient(), { clientDice: 1, dice: 0.5 })).toBe(500);
    expect(at(perClient(), { attempt: 3, clientDice: 0, dice: 0 })).toBe(400);
    expect(at(perClient(), { attempt: 3, clientDice: 0, dice: 0.999 })).toBeCloseTo(1_199.2);
  });

  it("perClient still spreads clients at the cap, because the jitter comes after it", () => {
    const delays = [0, 0.25, 0.75].map((dice) => at(perClient(), { attempt: 10, dice }));
    expect(delays).toEqual([15_000, 22_500, 37_500]);
  });

  it("capped is the source text's formula: base · 2ⁿ + ≤ 30 %, then cap", () => {
    for (const [attempt, dice] of [
      [0, 0],
      [1, 0.5],
      [4, 0.9],
      [10, 0.1],
    ] as const) {
      const exponential = 500 * Math.pow(2, Math.min(Math.max(attempt, 0), 10));
      expect(at(capped(), { attempt, dice })).toBeCloseTo(
        Math.min(exponential + dice * 0.3 * exponential, 30_000),
      );
    }
    expect(at(capped(), { attempt: 10, dice: 0 })).toBe(at(capped(), { attempt: 10, dice: 0.9 }));
  });

  it("full, equal, decorrelated and fixed follow their published formulas", () => {
    expect(at(full(), { attempt: 2, dice: 0.25 })).toBe(500);
    expect(at(equal(), { attempt: 2, dice: 0.5 })).toBe(1_500);
    expect(at(decorrelated(), { previousMs: 2_000, dice: 0.5 })).toBe(3_250);
    expect(at(decorrelated(), { previousMs: 1e9, dice: 0.9 })).toBe(30_000);
    expect(at(fixed(1_234), { attempt: 9 })).toBe(1_234);
  });

  it("equals the source texts line by line, whatever the attempt and the dice", () => {
    const unit = fc.double({ min: 0, max: 0.999999, noNaN: true });
    const between = (dice: number, low: number, high: number): number => low + (high - low) * dice;
    fc.assert(
      fc.property(fc.nat(10), unit, unit, fc.nat(60_000), (attempt, dice, clientDice, previousMs) => {
        const given = { attempt, dice, clientDice, previousMs };
        // "delay = min(base_ms * 2^attempt, max_ms); delay = delay * random(0.5, 1.5)", base_ms = random(100, 500) per client
        const delay = Math.min(between(clientDice, 100, 500) * 2 ** attempt, 60_000);
        expect(at(perClient({ capMs: 60_000 }), given)).toBeCloseTo(delay * between(dice, 0.5, 1.5), 6);
        // calculateBackoff(attempt, baseMs, maxMs)
        const exponential = 250 * Math.pow(2, Math.min(Math.max(attempt, 0), 10));
        const jittered = Math.min(exponential + dice * 0.3 * exponential, 30_000);
        expect(at(capped({ baseMs: 250 }), given)).toBeCloseTo(jittered, 6);
        // AWS: sleep = random_between(0, min(cap, base * 2 ** attempt)) · temp / 2 + random_between(0, temp / 2)
        const temp = Math.min(30_000, 500 * 2 ** attempt);
        expect(at(full(), given)).toBeCloseTo(between(dice, 0, temp), 6);
        expect(at(equal(), given)).toBeCloseTo(temp / 2 + between(dice, 0, temp / 2), 6);
        // sleep = min(cap, random_between(base, sleep * 3)), with sleep = base at first
        const sleep = Math.min(30_000, between(dice, 500, Math.max(500, previousMs) * 3));
        expect(at(decorrelated(), given)).toBeCloseTo(sleep, 6);
      }),
    );
  });

  it("clamps the attempt to 0 … 10, so that long outages overflow nothing", () => {
    for (const policy of [
      perClient({ capMs: 1e9 }),
      full({ capMs: 1e9 }),
      equal({ capMs: 1e9 }),
      capped({ capMs: 1e9 }),
    ]) {
      expect(at(policy, { attempt: 1e6 })).toBe(at(policy, { attempt: 10 }));
      expect(at(policy, { attempt: -3 })).toBe(at(policy, { attempt: 0 }));
    }
  });

  it("takes the server's advice as its cap", () => {
    expect(at(perClient(), { attempt: 10, dice: 0.5, capMs: 1_000 })).toBe(1_000);
    expect(at(capped(), { attempt: 10, capMs: 2_000 })).toBe(2_000);
  });

  it.each([0, -1, NaN])("refuses a base of %s at construction", (baseMs) => {
    for (const make of [full, equal, decorrelated, capped])
      expect(() => make({ baseMs })).toThrow("INVALID_OPTION");
    expect(() => perClient({ baseMs: [baseMs, 500] })).toThrow("INVALID_OPTION");
    expect(() => fixed(baseMs)).toThrow("INVALID_OPTION");
  });

  it("refuses a cap below the base range", () => {
    expect(() => perClient({ capMs: 499 })).toThrow("INVALID_OPTION");
    expect(() => capped({ baseMs: 500, capMs: NaN })).toThrow("INVALID_OPTION");
    expect(() => full({ baseMs: 500, capMs: 100 })).toThrow("INVALID_OPTION");
  });

  it("answers a finite, non-negative delay whatever the dice", () => {
    const unit = fc.double({ min: 0, max: 0.999999, noNaN: true });
    fc.assert(
      fc.property(fc.integer(), unit, unit, fc.nat(1e6), (attempt, dice, clientDice, previousMs) => {
        for (const policy of [perClient(), full(), equal(), decorrelated(), capped()]) {
          const delay = policy({ attempt, dice, clientDice, previousMs, capMs: Infinity });
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(45_000);
        }
      }),
    );
  });
});
