import { describe, expect, it } from "vitest";
import { runHistory } from "./runHistory.ts";

describe("random histories of tabs that share a browser (I1 to I8)", () => {
  for (let first = 1; first <= 120; first += 40)
    it(
      `seeds ${first} to ${first + 39} lose nothing, repeat nothing, and recover`,
      { timeout: 60_000 },
      async () => {
        for (let seed = first; seed < first + 40; seed++) {
          const { violations } = await runHistory(seed, { kind: "together" });
          expect({ seed, violations }).toEqual({ seed, violations: [] });
        }
      },
    );
});
