import type { Count } from "../tally.ts";
import { createTally } from "../tally.ts";

export interface StageRecord {
  /** A tab says that this one left its outbox. */
  readonly sent: (from: string, n: number) => void;
  /** It arrived on the page. */
  readonly heard: (from: string, n: number) => void;
  readonly said: () => number;
  readonly seen: () => Count;
}

/** What the page knows of the tabs' messages. A tab that crashed may have sent one more than it could tell: it arrived. */
export const createStageRecord = (): StageRecord => {
  const tally = createTally();
  const highest = new Map<string, number>();
  const sent: StageRecord["sent"] = (from, n) => {
    highest.set(from, Math.max(highest.get(from) ?? 0, n));
  };
  return {
    sent,
    heard: (from, n) => {
      sent(from, n);
      tally.hear({ from, n });
    },
    said: () => [...highest.values()].reduce((sum, n) => sum + n, 0),
    seen: tally.total,
  };
};
