import type { FaultId } from "./faults.ts";
import type { Balance } from "./books.ts";
import type { FloodFigures } from "./flood.ts";
import type { Policy } from "./policies.ts";

/** A fault and what became of it. Durations count from its begin. */
export interface Trial {
  readonly fault: FaultId;
  /** Unix ms. */
  readonly startedAt: number;
  readonly phase: "broken" | "recovering" | "over";
  /** The connection left `connected`; null when it never did. */
  readonly noticedMs: number | null;
  /** Connected again, for the last time. */
  readonly backMs: number | null;
  /** The network was whole again. */
  readonly clearedMs: number | null;
  /** Most messages in the outbox at a time. */
  readonly waited: number;
  readonly lost: number;
  readonly bareLost: number;
  /** Messages the outbox was offered in a flood, and those it refused. */
  readonly offered: number;
  readonly refused: number;
  readonly before: Before;
}

/** Where the books stood. */
export interface Before extends Balance {
  readonly policy: Policy;
  readonly flood: FloodFigures;
}

export const beginTrial = (fault: FaultId, startedAt: number, before: Before): Trial => ({
  fault,
  startedAt,
  before,
  phase: "broken",
  noticedMs: null,
  backMs: null,
  clearedMs: null,
  waited: 0,
  lost: 0,
  bareLost: 0,
  offered: 0,
  refused: 0,
});

/** The same trial when nothing in it changes. */
export const amendTrial = (trial: Trial, change: Partial<Trial>): Trial => {
  const keys = Object.keys(change) as (keyof Trial)[];
  return keys.every((key) => trial[key] === change[key]) ? trial : { ...trial, ...change };
};
