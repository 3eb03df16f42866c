import type { Receipt, Settlement } from "../../src/client/receipt.ts";
import type { LogEvent } from "../../src/server/store/LogStore.ts";

/** One call of `send`. Messages with the same caller-given key share an `m`. */
export interface Sent {
  /** The payload's own number: what the log holds. */
  readonly m: number;
  readonly channel: string;
  readonly id: string;
  readonly receipt: Receipt;
  settlement?: Settlement;
  /** How many rollbacks had happened when it settled. */
  settledAfterRollbacks?: number;
}

export interface Entry {
  readonly seq: number;
  readonly epoch: string;
  readonly tail: string;
  readonly m: number;
}

/** The truth beside the system under test: what was sent, and what the store committed and lost. */
export interface Ledger {
  readonly sent: Sent[];
  /** The committed log of a channel, as it is now. */
  readonly log: (channel: string) => readonly Entry[];
  /** Whether this event was ever committed at this place. */
  readonly wasCommitted: (channel: string, seq: number, m: number) => boolean;
  /** Returns the messages that were in the log already. */
  readonly commit: (events: readonly LogEvent[]) => readonly number[];
  readonly snapshot: () => ReadonlyMap<string, readonly Entry[]>;
  readonly restore: (snapshot: ReadonlyMap<string, readonly Entry[]>) => void;
  /** Messages that a rollback or a wipe removed at least once. */
  readonly removed: ReadonlySet<number>;
  /** Rollbacks and wipes so far. */
  readonly rollbacks: () => number;
  /** Sends of this m. */
  readonly sendsOf: (m: number) => readonly Sent[];
}

export const createLedger = (): Ledger => {
  const sent: Sent[] = [];
  const ever = new Set<string>();
  const removed = new Set<number>();
  let logs = new Map<string, Entry[]>();
  let rollbacks = 0;

  const log = (channel: string): Entry[] => {
    let entries = logs.get(channel);
    if (!entries) logs.set(channel, (entries = []));
    return entries;
  };

  return {
    sent,
    log,
    removed,
    rollbacks: () => rollbacks,
    wasCommitted: (channel, seq, m) => ever.has(`${channel} ${seq} ${m}`),
    sendsOf: (m) => sent.filter((one) => one.m === m),
    commit: (events) => {
      const twice: number[] = [];
      for (const { channel, seq, epoch, tail, d } of events) {
        const { m } = JSON.parse(d) as { m: number };
        if (log(channel).some((entry) => entry.m === m)) twice.push(m);
        log(channel).push({ seq, epoch, tail, m });
        ever.add(`${channel} ${seq} ${m}`);
      }
      return twice;
    },
    snapshot: () => new Map([...logs].map(([channel, entries]) => [channel, [...entries]])),
    restore: (snapshot) => {
      rollbacks += 1;
      const kept = new Set([...snapshot.values()].flat().map((entry) => entry.tail));
      for (const entry of [...logs.values()].flat()) if (!kept.has(entry.tail)) removed.add(entry.m);
      logs = new Map([...snapshot].map(([channel, entries]) => [channel, [...entries]]));
    },
  };
};
