import { describe, expect, it } from "vitest";
import { regressions } from "./regressions.ts";
import { runHistory, runScript } from "./runHistory.ts";

/** `npm run sim -- --seeds 20000` runs more, with `--tabs` of tabs. */
const count = 600;
const block = 100;

describe("random histories of one client and one server (I1, I2, I3, I4, I6, I8)", () => {
  for (let first = 1; first <= count; first += block)
    it(
      `seeds ${first} to ${first + block - 1} lose nothing, repeat nothing, and recover`,
      { timeout: 60_000 },
      async () => {
        for (let seed = first; seed < first + block; seed++) {
          const { violations } = await runHistory(seed);
          expect({ seed, violations }).toEqual({ seed, violations: [] });
        }
      },
    );

  for (const { found, script } of regressions)
    it(`stays fixed: ${found}`, async () => {
      expect((await runScript(script)).violations).toEqual([]);
    });

  it("the same seed is the same history", async () => {
    const tell = async (): Promise<readonly string[]> => {
      const told: string[] = [];
      await runHistory(7, { trace: (text) => void told.push(text) });
      return told;
    };
    const first = await tell();
    expect(first.length).toBeGreaterThan(50);
    expect(await tell()).toEqual(first);
  });
});
