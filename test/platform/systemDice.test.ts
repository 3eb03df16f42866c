import { expect, it } from "vitest";
import { systemDice } from "../../src/platform/systemDice.ts";

it("rolls in [0, 1), spread over it", () => {
  const rolls = Array.from({ length: 2000 }, systemDice.roll);
  expect(rolls.every((roll) => roll >= 0 && roll < 1)).toBe(true);
  const mean = rolls.reduce((sum, roll) => sum + roll, 0) / rolls.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
});

it("makes UUIDs of version 4, each once (CVE-2017-16031)", () => {
  const uuids = Array.from({ length: 1000 }, systemDice.uuid);
  for (const uuid of uuids)
    expect(uuid).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(new Set(uuids).size).toBe(uuids.length);
});
