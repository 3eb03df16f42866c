import type { OutboxChange, RowKey } from "../../src/core/ports/outboxStorage.ts";
import type { Profile } from "../../src/testing/outboxStorage.ts";
import type { Ledger } from "./ledger.ts";
import type { Report } from "./observer.ts";

/** What was stored in a browser's profile, and what became of it. */
export interface StoredWatch {
  /** Messages that are stored now, by payload number. */
  readonly waiting: () => readonly number[];
  /** A page was told how this message ended. */
  readonly settled: (id: string) => void;
  /** Its app, or its outbox, gave it up: a page may die after that is stored, and before it could be told. */
  readonly withdrawn: (id: string) => void;
  /** Of what was ever committed to the profile nothing is lost: it is in the log, it is still there, or somebody was told how it ended. */
  readonly judge: (report: Report) => void;
}

interface Row {
  readonly m: number;
  readonly id: string;
  readonly expiresAt: number;
}

const keyOf = (p: string, channel: string, n: number): string => JSON.stringify([p, channel, n]);

export const watchStored = (profile: Profile, ledger: Ledger, wallMs: () => number): StoredWatch => {
  /** Every row that was ever committed. */
  const ever = new Map<string, Row>();
  const present = new Set<string>();
  const told = new Set<string>();
  const removed = ([p, channel, n]: RowKey): void => {
    const key = keyOf(p, channel, n);
    present.delete(key);
    const row = ever.get(key);
    if (row && row.expiresAt <= wallMs()) told.add(row.id);
  };

  profile.onCommit((_scope: string, change: OutboxChange) => {
    for (const { p, channel, n, id, body, expiresAt } of change.rows ?? []) {
      const key = keyOf(p, channel, n);
      const { m } = JSON.parse(body ?? "{}") as { readonly m: number };
      ever.set(key, { m, id, expiresAt });
      present.add(key);
    }
    for (const { p, channel, n } of change.verdicts ?? []) {
      const row = ever.get(keyOf(p, channel, n));
      if (row) told.add(row.id);
    }
    change.removed?.forEach(removed);
  });

  return {
    waiting: () => [...present].map((key) => ever.get(key)!.m),
    settled: (id) => void told.add(id),
    withdrawn: (id) => void told.add(id),
    judge: (report) => {
      for (const [key, { m, id }] of ever)
        if (!present.has(key) && !told.has(id) && !ledger.everLanded(m))
          report("I1", `m${m} was stored, and nothing tells what became of it`);
    },
  };
};
