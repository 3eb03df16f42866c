import type { QueuedLane } from "../queuedRow.ts";

/** Which boots of its tab came after this page: those that began while it was away. */
export interface Succession {
  /** The page goes: what its lanes hold by now comes before whatever begins meanwhile. */
  readonly leave: () => void;
  /** A boot of this tab has left something. */
  readonly find: (p: string) => void;
  /** Numbers of this own lane up to here go before what `p` left, those above go after it. */
  readonly before: (lane: QueuedLane, p: string) => number;
}

/** `known`: what was there when this page began. */
export const createSuccession = (lanes: Iterable<QueuedLane>, known: readonly string[]): Succession => {
  const seen = new Set(known);
  const heirs = new Map<string, ReadonlyMap<QueuedLane, number>>();
  let left: ReadonlyMap<QueuedLane, number> | undefined;
  const now = (): ReadonlyMap<QueuedLane, number> => new Map([...lanes].map((lane) => [lane, lane.next - 1]));
  return {
    leave: () => {
      left = now();
    },
    find: (p) => {
      // One that slept before it could look never left in order.
      if (!seen.has(p)) heirs.set(p, left ?? now());
      seen.add(p);
    },
    before: (lane, p) => heirs.get(p)?.get(lane) ?? 0,
  };
};
