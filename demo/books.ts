import type { FloodFigures } from "./flood.ts";
import type { Figures, LabFigures } from "./setup.ts";
import { createStore, type Store } from "./store.ts";
import { type Count, type Counts, createTally, type Numbered, type Speaker, speakers } from "./tally.ts";

/** The page's own record of one app: what it said and what came back. It knows nothing of the connection under it. */
export interface PageRecord {
  /** The next number to say. */
  readonly say: () => number;
  readonly hear: (message: Numbered) => void;
  readonly said: () => number;
  readonly count: () => Counts;
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
  /** What the log has of the three tabs. */
  readonly tabs: Store<Count>;
  readonly update: (figures: Figures) => void;
}

const trailPoints = 240;
const nothing: Account = { sent: 0, stored: 0, seen: 0, lost: 0, twice: 0 };

const createRecord = (): PageRecord => {
  const tally = createTally();
  let said = 0;
  return { say: () => ++said, said: () => said, hear: tally.hear, count: tally.count };
};

const noFlood: Pick<FloodFigures, "taken" | "evicted"> = { taken: 0, evicted: 0 };

/**
 * Lost and twice are what either side noticed: a number missing in the log is missing on the page as well. What the outbox evicted, and
 * said so, was not sent: a gap for each is no loss.
 */
const audit = (page: PageRecord, lab: LabFigures, { taken, evicted } = noFlood): Account => {
  const [seen, { stored }] = [page.count(), lab];
  const total = (of: (speaker: Speaker) => number): number =>
    speakers.reduce((sum, speaker) => sum + of(speaker), 0);
  return {
    sent: page.said() + lab.published + taken - evicted,
    stored: total((who) => stored[who].heard),
    seen: total((who) => seen[who].heard),
    lost: total((who) =>
      Math.max(0, Math.max(seen[who].lost, stored[who].lost) - (who === "flood" ? evicted : 0)),
    ),
    twice: total((who) => Math.max(seen[who].twice, stored[who].twice)),
  };
};

/** Brings the page's record and the lab's reading of the log together; neither can read the other's. */
export const createBooks = (flood: Store<FloodFigures>): Books => {
  const [resilient, bare] = [createRecord(), createRecord()];
  const balance = createStore<Balance>({ resilient: nothing, bare: nothing, trail: [] });
  const tabs = createStore<Count>({ heard: 0, lost: 0, twice: 0 });
  return {
    resilient,
    bare,
    balance,
    tabs,
    update: (figures) => {
      const ours = audit(resilient, figures.resilient, flood.get());
      const theirs = audit(bare, figures.bare);
      const point = { waiting: ours.sent - ours.seen - ours.lost, bareLost: theirs.lost };
      const trail = [...balance.get().trail, point].slice(-trailPoints);
      tabs.set(figures.tabs);
      balance.set({ resilient: ours, bare: theirs, trail });
    },
  };
};
