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

/** What may happen besides to tabs that share a browser. */
export const tabFaults = [
  "closes",
  "crashes",
  "reloads",
  "leaves",
  "evictions",
  "hangs",
  "kills",
  "opens",
  "duplicates",
  /** The outbox is stored in the profile. */
  "durable",
  "storageFaults",
  /** A phone: a leader that is hidden hands over. */
  "touch",
] as const;
export type Fault = (typeof faults)[number] | (typeof tabFaults)[number];

/** `apart`: each tab is a browser of its own. `together`: all tabs share one. */
export type Kind = "apart" | "together";

/** The dice decide once per history: which faults, which sizes. Plain data: a story can be told of a part of it. */
export interface Plan {
  readonly kind: Kind;
  readonly faults: readonly Fault[];
  readonly channels: readonly string[];
  /** At the start. */
  readonly tabs: number;
  /** How tabs that are together elect. */
  readonly rung: "locks" | "lease" | "storage" | "solo";
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
  storageFaults: 0.2,
};

export const has = ({ faults: chosen }: Plan, fault: Fault): boolean => chosen.includes(fault);

export const makePlan = (dice: SeededDice, kind: Kind): Plan => {
  const isTogether = kind === "together";
  const chosen = faults.filter((fault) => dice.chance(rare[fault] ?? 0.5));
  return {
    kind,
    faults: isTogether
      ? [
          ...chosen.filter((fault) => fault !== "tabs"),
          // Drawn apart: the histories of a seed are those from before there were phones.
          ...tabFaults.filter((fault) =>
            (fault === "touch" ? dice.fork(fault) : dice).chance(rare[fault] ?? 0.5),
          ),
        ]
      : chosen,
    tabs: isTogether ? 2 + dice.pick(3) : chosen.includes("tabs") ? 2 + dice.pick(2) : 1,
    subjects: dice.chance(isTogether ? 0.8 : 0.5) ? ["ann"] : ["ann", "bob"],
    tokenLifeMs: dice.oneOf([3_000, 20_000, 300_000]),
    channels: ["a", "b", "c"].slice(0, 1 + dice.pick(3)),
    latencyMs: dice.oneOf([0, 5, 40, 200]),
    jitterMs: dice.oneOf([0, 5, 100]),
    windowMessages: dice.oneOf([4, 8, 1_024]),
    capacity: dice.oneOf([6, 20, 1_000]),
    overflow: dice.oneOf(["reject", "evict-oldest", "wait"]),
    urls: dice.oneOf(["list", "function"]),
    steps: 25 + dice.pick(35),
    rung: isTogether ? dice.oneOf(["locks", "locks", "lease", "storage", "solo"]) : "solo",
  };
};

/** What was sent is stored and stays so. */
export const isStored = (plan: Plan): boolean => has(plan, "durable") && !has(plan, "storageFaults");

/** Changes that make a plan easier to follow, for whoever has to. */
export const plainest = ({ tabs, channels, subjects }: Plan): readonly Partial<Plan>[] => [
  ...Array.from({ length: tabs - 1 }, (_, i) => ({ tabs: i + 1 })),
  { channels: channels.slice(0, 1) },
  { subjects: subjects.slice(0, 1) },
  { latencyMs: 5, jitterMs: 0 },
  { windowMessages: 1_024 },
  { capacity: 1_000, overflow: "reject" },
  { urls: "list" },
];
