/** Whether the log is asked for deltas: one state per store. Closed it counts, open it refuses, half open one probe decides. */
export type DeltaBreaker =
  /** `bad`: of the newest calls, in order, which were too slow or failed. */
  | { readonly name: "closed"; readonly bad: readonly boolean[] }
  | { readonly name: "open"; readonly untilMs: number }
  | { readonly name: "halfOpen" };

/** `probe`: a call whose end decides. `refuse`: no call. */
export type Leave = "call" | "probe" | "refuse";

/** It opens when this many of the newest `WINDOW` calls were bad. */
const MAX_BAD = 5;
const WINDOW = 10;
/** How long it stays open, in ms, give or take a fifth: nodes that fell together must not probe together. */
const OPEN_MS = 5000;
const JITTER = 0.2;

export const closedBreaker: DeltaBreaker = { name: "closed", bad: [] };

/** May the log be asked now? The answer's call must be told when it ends. */
export function askBreaker(state: DeltaBreaker, nowMs: number): readonly [DeltaBreaker, Leave] {
  switch (state.name) {
    case "closed":
      return [state, "call"];
    case "open":
      return nowMs < state.untilMs ? [state, "refuse"] : [{ name: "halfOpen" }, "probe"];
    case "halfOpen":
      return [state, "refuse"];
    default:
      return state satisfies never;
  }
}

export interface CallEnd {
  readonly leave: Exclude<Leave, "refuse">;
  /** It failed, or took too long. */
  readonly isBad: boolean;
  readonly nowMs: number;
  /** In [0, 1). */
  readonly dice: number;
}

/** A call that began before the breaker opened decides nothing any more. */
export function tellBreaker(state: DeltaBreaker, { leave, isBad, nowMs, dice }: CallEnd): DeltaBreaker {
  const open = { name: "open", untilMs: nowMs + OPEN_MS * (1 - JITTER + 2 * JITTER * dice) } as const;
  if (state.name === "halfOpen" && leave === "probe") return isBad ? open : closedBreaker;
  if (state.name !== "closed" || leave === "probe") return state;
  const bad = [...state.bad, isBad].slice(-WINDOW);
  return bad.filter(Boolean).length >= MAX_BAD ? open : { name: "closed", bad };
}

/** How long it will surely refuse, in ms. */
export const refusesForMs = (state: DeltaBreaker, nowMs: number): number =>
  state.name === "open" ? Math.max(0, state.untilMs - nowMs) : 0;
