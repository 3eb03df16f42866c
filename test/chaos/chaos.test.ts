import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { runTraffic, type Chaos, type Outcome } from "./traffic.ts";

/** `npm run test:chaos` asks for 20. */
const cuts = Number(process.env["CHAOS_CUTS"] ?? 4);

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Numbers that are missing, twice, or behind a higher one. */
const faultsOf = (expected: readonly number[], got: readonly number[]) => {
  const seen = new Set(got);
  return {
    lost: expected.filter((n) => !seen.has(n)).length,
    twice: got.length - seen.size,
    outOfOrder: got.filter((n, i) => i > 0 && n < got[i - 1]!).length,
  };
};
const none = { lost: 0, twice: 0, outOfOrder: 0 };

const judge = (name: string, { sent, settlements, stored, published, seen, recoveredMs }: Outcome): void => {
  console.log(
    `${name}: ${cuts} cuts and a kill -9; up ${sent.length} sent, ${stored.length} stored; down ${published.length} published, ${seen.length} seen;`,
    `connected again after ${Math.round(median(recoveredMs))} ms (median), ${Math.round(Math.max(...recoveredMs))} ms (longest)`,
  );
  expect(new Set(settlements)).toEqual(new Set(["acked"]));
  expect(faultsOf(sent, stored)).toEqual(none);
  expect(faultsOf(published, seen)).toEqual(none);
  expect([stored, seen]).toEqual([sent, published]);
};

const modes: readonly (readonly [name: string, fault: (chaos: Chaos) => Promise<void>])[] = [
  ["reset", async ({ proxy }) => void proxy.reset()],
  [
    "50 ms delay and reset",
    async ({ proxy }) => {
      proxy.delay(50);
      proxy.reset();
    },
  ],
  [
    "50 ms delay, 2 s black hole and reset",
    async ({ proxy }) => {
      proxy.delay(50);
      proxy.blackHole("both", 2_000);
      await sleep(2_000);
      proxy.reset();
    },
  ],
];

describe("100 messages a second each way through the chaos proxy, the server killed in the middle", () => {
  for (const [name, fault] of modes)
    it(`${name}: nothing lost, twice or out of order (fault 1, fault 3, fault 59)`, async () => {
      judge(name, await runTraffic(cuts, fault));
    });
});
