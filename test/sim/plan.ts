import type { SeededDice } from "../../src/testing/seededDice.ts";

/** What may happen in a history. */
export const faults = [
  "cut",
  "stall",
  "delay",
  "refuse",
  "crash",
  "storeFailure",
  "pace",
  "rollback",
  "wipe",
  "trim",
  "snapshots",
  "ttl",
  "abort",
  "cancel",
  "keys",
  "rejects",
  "disagree",
  "flaky",
  "rate",
  "maxAge",
  "hints",
  "hide",
  "suspend",
  "freeze",
  "freezeServer",
  "nodes",
  "user",
  "resubscribe",
  "burst",
  "auth",
  "tabs",
  "mounts",
  "drain",
  "filter",
  "readBack",
  "logins",
  "urls",
  "pause",
  "telemetry",
  "requests",
  "volatile",
  "guard",
  "expected",
  "retention",
  "smallGaps",
] as const;
export type Fault = (typeof faults)[number];

/** The dice decide once per history: which faults, which sizes. */
export interface Plan {
  readonly has: (fault: Fault) => boolean;
  readonly faults: readonly Fault[];
  readonly channels: readonly string[];
  /** Pages, each with a client and a socket of its own. */
  readonly tabs: number;
  /** Users; a tab belongs to one of them. */
  readonly subjects: readonly string[];
  /** How long a token lives, in ms. */
  readonly tokenLifeMs: number;
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly windowMessages: number;
  readonly capacity: number;
  readonly overflow: "reject" | "evict-oldest" | "wait";
  readonly urls: "list" | "function";
  readonly steps: number;
}

/** Rare on purpose: after a rollback the checkers must forgive what cannot be promised. */
const rare: Partial<Record<Fault, number>> = {
  rollback: 0.2,
  wipe: 0.07,
  maxAge: 0.1,
  flaky: 0.3,
  nodes: 0.35,
  tabs: 0.3,
  drain: 0.3,
  rate: 0.2,
};

export const makePlan = (dice: SeededDice): Plan => {
  const chosen = new Set(faults.filter((fault) => dice.chance(rare[fault] ?? 0.5)));
  return {
    has: (fault) => chosen.has(fault),
    faults: [...chosen],
    tabs: chosen.has("tabs") ? 2 + dice.pick(2) : 1,
    subjects: dice.chance(0.5) ? ["ann"] : ["ann", "bob"],
    tokenLifeMs: dice.oneOf([3_000, 20_000, 300_000]),
    channels: ["a", "b", "c"].slice(0, 1 + dice.pick(3)),
    latencyMs: dice.oneOf([0, 5, 40, 200]),
    jitterMs: dice.oneOf([0, 5, 100]),
    windowMessages: dice.oneOf([4, 8, 1_024]),
    capacity: dice.oneOf([6, 20, 1_000]),
    overflow: dice.oneOf(["reject", "evict-oldest", "wait"]),
    urls: dice.oneOf(["list", "function"]),
    steps: 25 + dice.pick(35),
  };
};
