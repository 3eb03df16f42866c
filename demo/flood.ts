import { createResilientClient, type Settlement } from "resilient-socket";
import { ledgerChannel } from "./harbour.ts";
import type { Policy } from "./policies.ts";
import { createStore, type Store } from "./store.ts";
import type { Numbered } from "./tally.ts";

/** Of all floods so far. */
export interface FloodFigures {
  /** Handed to the outbox. */
  readonly offered: number;
  /** It took them, and gave them a number of ours each. */
  readonly taken: number;
  /** Taken, then given up for younger ones: their numbers never come. */
  readonly evicted: number;
  /** Not taken. */
  readonly rejected: number;
  /** Their receipts say how they ended. */
  readonly settled: number;
}

export interface Flood {
  readonly policy: Store<Policy>;
  readonly figures: Store<FloodFigures>;
  /** More than the outbox holds, from `at` (Unix ms) on, within a second. */
  readonly begin: (at: number) => void;
}

const size = 1_000;
const capacity = 250;
const everyMs = 50;
const batch = 50;
/** The network is gone by then. */
const patienceMs = 200;

const isRefusal = ({ kind }: Settlement): boolean => kind === "evicted" || kind === "rejected";
export const refusedOf = ({ evicted, rejected }: FloodFigures): number => evicted + rejected;
export const unansweredOf = ({ offered, settled }: FloodFigures): number => offered - settled;

/** Another part of the app, with a small outbox of its own. Its numbers go into the same ledger. */
export const createFlood = (url: string, visit: string): Flood => {
  const policy = createStore<Policy>("reject");
  const figures = createStore<FloodFigures>({ offered: 0, taken: 0, evicted: 0, rejected: 0, settled: 0 });
  const add = (change: Partial<FloodFigures>): void => {
    const sum: { -readonly [K in keyof FloodFigures]: number } = { ...figures.get() };
    for (const key of Object.keys(change) as (keyof FloodFigures)[]) sum[key] += change[key] ?? 0;
    figures.set(sum);
  };

  const flood = (): void => {
    const client = createResilientClient({ url, outbox: { capacity, overflow: policy.get() } });
    client.connect();
    let open = size;
    const offer = (): void => {
      const message: Numbered = { from: "flood", n: figures.get().taken + 1 };
      const receipt = client.send(message, { channel: ledgerChannel(visit) });
      const taken = receipt.status.get().kind !== "rejected";
      add({ offered: 1, taken: taken ? 1 : 0 });
      void receipt.settled.then((settlement) => {
        add({
          settled: 1,
          evicted: taken && isRefusal(settlement) ? 1 : 0,
          rejected: !taken && isRefusal(settlement) ? 1 : 0,
        });
        if (--open === 0) void client.dispose();
      });
    };
    let left = size;
    const timer = setInterval(() => {
      for (let now = Math.min(batch, left); now > 0; now--, left--) offer();
      if (left === 0) clearInterval(timer);
    }, everyMs);
  };

  return {
    policy,
    figures,
    begin: (at) => void setTimeout(flood, at + patienceMs - Date.now()),
  };
};
