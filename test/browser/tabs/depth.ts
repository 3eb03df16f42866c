import type { TabsOptions } from "../../../src/client/optionGroups.ts";

interface Depth {
  /** How often each cause strikes. */
  readonly rounds: number;
  readonly rungs: readonly TabsOptions["election"][];
  /** Also without a fence, and without sharing. */
  readonly beyond: boolean;
  readonly outageMs: number;
  readonly streamMs: number;
  readonly sends: number;
}

const brief: Depth = {
  rounds: 1,
  rungs: ["locks"],
  beyond: false,
  outageMs: 6_000,
  streamMs: 4_000,
  sends: 300,
};
const thorough: Depth = {
  rounds: 15,
  rungs: ["locks", "lease", "storage"],
  beyond: true,
  outageMs: 60_000,
  streamMs: 30_000,
  sends: 2_000,
};

/** `npm run test:browser` goes through everything many times; `npm test` has a minute. */
export const depth: Depth = process.env["BROWSER_DEPTH"] === "thorough" ? thorough : brief;
