import { type Moment, reasonOf } from "../src/devtools/moments.ts";
import type { Edge } from "../src/devtools/edges.ts";

/** What is known of an edge that was taken. */
export interface Crossing {
  readonly count: number;
  /** The last that took it, and the reason it gave. */
  readonly event: string;
  readonly reason: string | undefined;
  /** It is the way by which the state that is shown was reached. */
  readonly isLast: boolean;
}

export const keyOf = ({ from, to }: Pick<Edge, "from" | "to">): string => `${from}>${to}`;

const told = ({ step, to }: Moment): string | undefined => {
  if (!step) return undefined;
  const { event, after } = step;
  if (to === "reconnecting" || to === "failed") {
    const code = event.type === "socketLost" ? String(event.code) : undefined;
    return [reasonOf(after), code].filter(Boolean).join(" ");
  }
  return "reason" in event ? String(event.reason) : "hint" in event ? event.hint : undefined;
};

/** The edges taken up to a moment. */
export const crossings = (moments: readonly Moment[], upTo: number): ReadonlyMap<string, Crossing> => {
  const crossed = new Map<string, Crossing>();
  let last = "";
  for (const moment of moments.slice(0, upTo + 1)) {
    if (moment.from === moment.to) continue;
    last = keyOf(moment);
    const count = (crossed.get(last)?.count ?? 0) + 1;
    crossed.set(last, { count, event: moment.event, reason: told(moment), isLast: false });
  }
  const end = crossed.get(last);
  if (end) crossed.set(last, { ...end, isLast: true });
  return crossed;
};
