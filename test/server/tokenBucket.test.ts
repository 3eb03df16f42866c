import { describe, expect, it } from "vitest";
import { spread } from "../../src/server/spread.ts";
import { fullBucket, takeToken } from "../../src/server/tokenBucket.ts";

describe("a rate that allows bursts (fault 70)", () => {
  it("gives a burst at once, then says how long to wait", () => {
    const bucket = fullBucket(3, 0);
    const take = (nowMs: number) => takeToken(bucket, 10, 3, nowMs);
    expect([take(0), take(0), take(0), take(0)]).toEqual([0, 0, 0, 100]);
    expect(take(99)).toBeGreaterThan(0);
    expect(take(100)).toBe(0);
  });

  it("saves up no more than a burst", () => {
    const bucket = fullBucket(2, 0);
    const take = (nowMs: number) => takeToken(bucket, 10, 2, nowMs);
    expect([take(60_000), take(60_000), take(60_000)]).toEqual([0, 0, 100]);
  });

  it("a refused token costs nothing", () => {
    const bucket = fullBucket(1, 0);
    takeToken(bucket, 1, 1, 0);
    for (let ms = 0; ms < 1000; ms += 100) expect(takeToken(bucket, 1, 1, ms)).toBeGreaterThan(0);
    expect(takeToken(bucket, 1, 1, 1000)).toBe(0);
  });
});

it("the spread is connections over the accepted rate, in ms (fault 18)", () => {
  expect([spread(0, 1000), spread(1, 1000), spread(10_000, 1000), spread(-1, 10)]).toEqual([0, 1, 10_000, 0]);
});
