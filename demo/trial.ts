import type { FaultId } from "./faults.ts";
import type { Balance } from "./books.ts";

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
  /** Where the books stood. */
  readonly before: Balance;
}

export const beginTrial = (fault: FaultId, startedAt: number, before: Balance): Trial => ({
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
});

/** The same trial when nothing in it changes. */
export const amendTrial = (trial: Trial, change: Partial<Trial>): Trial => {
  const keys = Object.keys(change) as (keyof Trial)[];
  return keys.every((key) => trial[key] === change[key]) ? trial : { ...trial, ...change };
};
