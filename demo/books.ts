import type { Figures, LabFigures } from "./setup.ts";
import { createStore, type Store } from "./store.ts";
import { createTally, type Count, type Numbered } from "./tally.ts";

/** The page's own record of one app: what it said and what came back. It knows nothing of the connection under it. */
export interface PageRecord {
  /** The next number to say. */
  readonly say: () => number;
  readonly hear: (message: Numbered) => void;
  readonly said: () => number;
  readonly count: () => Count;
}

export interface Account {
  readonly sent: number;
  readonly stored: number;
  readonly seen: number;
  readonly lost: number;
  readonly twice: number;
}

export interface Balance {
  readonly resilient: Account;
  readonly bare: Account;
  /** The last minute, oldest first. */
  readonly trail: readonly TrailPoint[];
}

export interface TrailPoint {
  /** Said and neither seen nor lost: on the way. */
  readonly waiting: number;
  readonly bareLost: number;
}

export interface Books {
  readonly resilient: PageRecord;
  readonly bare: PageRecord;
  readonly balance: Store<Balance>;
  readonly update: (figures: Figures) => void;
}

const trailPoints = 240;
const nothing: Account = { sent: 0, stored: 0, seen: 0, lost: 0, twice: 0 };

const createRecord = (): PageRecord => {
  const tally = createTally();
  let said = 0;
  return { say: () => ++said, said: () => said, hear: tally.hear, count: tally.count };
};

/** Lost and twice are what either side noticed: a number missing in the log is missing on the page as well. */
const audit = (page: PageRecord, lab: LabFigures): Account => {
  const seen = page.count();
  return {
    sent: page.said() + lab.published,
    stored: lab.stored.heard,
    seen: seen.heard,
    lost: Math.max(seen.lost, lab.stored.lost),
    twice: Math.max(seen.twice, lab.stored.twice),
  };
};

/** Brings the page's record and the lab's reading of the log together; neither can read the other's. */
export const createBooks = (): Books => {
  const [resilient, bare] = [createRecord(), createRecord()];
  const balance = createStore<Balance>({ resilient: nothing, bare: nothing, trail: [] });
  return {
    resilient,
    bare,
    balance,
    update: (figures) => {
      const ours = audit(resilient, figures.resilient);
      const theirs = audit(bare, figures.bare);
      const point = { waiting: ours.sent - ours.seen - ours.lost, bareLost: theirs.lost };
      const trail = [...balance.get().trail, point].slice(-trailPoints);
      balance.set({ resilient: ours, bare: theirs, trail });
    },
  };
};
