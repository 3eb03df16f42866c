import type { Settlement } from "../../src/client/receipt.ts";
import type { LogEvent } from "../../src/server/store/LogStore.ts";

/** One call of `send`. Messages with the same caller-given key share an `m`. */
export interface Sent {
  /** The payload's own number: what the log holds. */
  readonly m: number;
  readonly channel: string;
  readonly id: string;
  readonly status: () => string;
  /** Where the channel had to stand. */
  readonly expected: { readonly seq: number; readonly tail: string } | undefined;
  /** The boot. */
  readonly by: string;
  /** Whose messages stay in order: the boot's, or the tab's where they are stored. */
  readonly line: string;
  /** Its page runs. */
  readonly isAwake: () => boolean;
  /** The tab, or the first of those that are its copies. */
  readonly family: string;
  readonly atMs: number;
  /** Of its line, but of pages that were away, and stored nowhere when it was sent: nobody could know that they come before it. */
  readonly unknown: ReadonlySet<number>;
  /** Its page slept, or was gone, at some time since. */
  slept: boolean;
  readonly subject: string;
  settlement?: Settlement;
  /** How many rollbacks had happened when it settled. */
  settledAfterRollbacks?: number;
}

export interface Entry {
  readonly seq: number;
  readonly epoch: string;
  readonly tail: string;
  readonly m: number;
  /** The producer; undefined for what the server published. */
  readonly p: string | undefined;
}

/** The truth beside the system under test: what was sent, and what the store committed and lost. */
export interface Ledger {
  readonly sent: Sent[];
  /** The committed log of a channel, as it is now. */
  readonly log: (channel: string) => readonly Entry[];
  /** Whether this event was ever committed at this place. */
  readonly wasCommitted: (channel: string, seq: number, m: number) => boolean;
  /** Everything that was ever committed at this place. */
  readonly ever: (channel: string, seq: number) => readonly number[];
  /** Whether this message was ever committed anywhere. */
  readonly everLanded: (m: number) => boolean;
  /** Returns the messages that were in the log already. */
  readonly commit: (events: readonly LogEvent[]) => readonly number[];
  readonly snapshot: () => ReadonlyMap<string, readonly Entry[]>;
  /** `isCurrent`: whether a client still uses the producer on the channel when it happens. */
  readonly restore: (
    snapshot: ReadonlyMap<string, readonly Entry[]>,
    isCurrent: (channel: string, p: string) => boolean,
  ) => void;
  /** Messages that a rollback or a wipe removed at least once. */
  readonly removed: ReadonlySet<number>;
  /** Those of them whose producer had been given up by then, after an earlier rollback. */
  readonly orphaned: ReadonlySet<number>;
  /** Rollbacks and wipes so far. */
  readonly rollbacks: () => number;
  /** Sends of this m. */
  readonly sendsOf: (m: number) => readonly Sent[];
}

export const createLedger = (): Ledger => {
  const sent: Sent[] = [];
  const ever = new Map<string, number[]>();
  const landed = new Set<number>();
  const removed = new Set<number>();
  const orphaned = new Set<number>();
  let logs = new Map<string, Entry[]>();
  let rollbacks = 0;

  const log = (channel: string): Entry[] => {
    let entries = logs.get(channel);
    if (!entries) logs.set(channel, (entries = []));
    return entries;
  };

  const at = (channel: string, seq: number): number[] => {
    const place = `${channel} ${seq}`;
    const known = ever.get(place) ?? [];
    ever.set(place, known);
    return known;
  };

  return {
    sent,
    log,
    removed,
    orphaned,
    rollbacks: () => rollbacks,
    ever: at,
    everLanded: (m) => landed.has(m),
    wasCommitted: (channel, seq, m) => at(channel, seq).includes(m),
    sendsOf: (m) => sent.filter((one) => one.m === m),
    commit: (events) => {
      const twice: number[] = [];
      for (const { channel, seq, epoch, tail, d, p } of events) {
        const { m } = JSON.parse(d) as { m: number };
        if (log(channel).some((entry) => entry.m === m)) twice.push(m);
        log(channel).push({ seq, epoch, tail, m, p });
        at(channel, seq).push(m);
        landed.add(m);
      }
      return twice;
    },
    snapshot: () => new Map([...logs].map(([channel, entries]) => [channel, [...entries]])),
    restore: (snapshot, isCurrent) => {
      rollbacks += 1;
      const kept = new Set([...snapshot.values()].flat().map((entry) => entry.tail));
      for (const [channel, entries] of logs)
        for (const { tail, m, p } of entries) {
          if (kept.has(tail)) continue;
          removed.add(m);
          if (p !== undefined && !isCurrent(channel, p)) orphaned.add(m);
        }
      logs = new Map([...snapshot].map(([channel, entries]) => [channel, [...entries]]));
    },
  };
};
