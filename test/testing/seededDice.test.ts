import { expect, it } from "vitest";
import { seededDice } from "../../src/testing/seededDice.ts";

const rolls = (count: number, roll: () => number): number[] => Array.from({ length: count }, roll);

it("seeded dice fall the same way for the same seed and another way for another", () => {
  expect(rolls(20, seededDice(7).roll)).toEqual(rolls(20, seededDice(7).roll));
  expect(rolls(20, seededDice(7).roll)).not.toEqual(rolls(20, seededDice(8).roll));
});

it("seeded dice spread evenly over [0, 1)", () => {
  const buckets = new Array<number>(10).fill(0);
  for (const value of rolls(10_000, seededDice(1).roll)) buckets[Math.floor(value * 10)]! += 1;
  for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

it("a fork of seeded dice does not move when its parent is rolled", () => {
  const parent = seededDice(3);
  const before = rolls(5, parent.fork("network").roll);
  parent.roll();
  expect(rolls(5, parent.fork("network").roll)).toEqual(before);
  expect(rolls(5, parent.fork("server").roll)).not.toEqual(before);
});

it("seeded dice make version 4 UUIDs, each another", () => {
  const dice = seededDice(1);
  const uuids = Array.from({ length: 1_000 }, dice.uuid);
  expect(new Set(uuids).size).toBe(1_000);
  for (const uuid of uuids)
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
