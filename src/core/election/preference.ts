/** Whether a leader whose page nobody looks at had better hand over: its timers are late, and a phone stops it before long. */
import type { StateName } from "../connectionState.ts";

/** How a tab leads; instants are of its own monotonic clock. */
export interface Fitness {
  /** Null: its page is shown. */
  readonly hiddenSinceMs: number | null;
  /** An attempt to connect is under way. */
  readonly isTrying: boolean;
  /** Attempts that failed since its page is hidden and it was last connected. */
  readonly failures: number;
}

/** After this time a hidden page of a touch device hands over. */
const handOverAfterMs = 30_000;
/** After so many failed attempts any hidden page does. */
const hiddenFailures = 2;

export const fit: Fitness = { hiddenSinceMs: null, isTrying: false, failures: 0 };

/** The page is hidden, or it is not. */
export const seen = (fitness: Fitness, isHidden: boolean, nowMs: number): Fitness =>
  isHidden
    ? { ...fitness, hiddenSinceMs: fitness.hiddenSinceMs ?? nowMs }
    : { ...fitness, hiddenSinceMs: null, failures: 0 };

/** Its connection came to this state. */
export const reached = (fitness: Fitness, name: StateName): Fitness => {
  const { hiddenSinceMs, isTrying, failures } = fitness;
  if (name === "connected") return { hiddenSinceMs, isTrying: false, failures: 0 };
  if (name !== "reconnecting") return { ...fitness, isTrying: name !== "disconnected" };
  return {
    hiddenSinceMs,
    isTrying: false,
    failures: isTrying && hiddenSinceMs !== null ? failures + 1 : failures,
  };
};

/** ms until it should ask a tab that is shown to lead: 0 now, Infinity never. */
export const handsOverIn = (
  { hiddenSinceMs, failures }: Fitness,
  { nowMs, isTouch }: { readonly nowMs: number; readonly isTouch: boolean },
): number => {
  if (hiddenSinceMs === null) return Infinity;
  if (failures >= hiddenFailures) return 0;
  return isTouch ? Math.max(0, hiddenSinceMs + handOverAfterMs - nowMs) : Infinity;
};
