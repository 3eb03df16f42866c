/** What tabs left that are gone: one tab of the origin looks for it now and then, and sends it last in line. */
import type { Clock } from "../../core/ports.ts";
import type { OutboxStorage, StoredOutbox, StoredProducer } from "../../core/ports/outboxStorage.ts";
import type { Drains } from "./drains.ts";
import { adopting, type Holds, living } from "./holds.ts";

export interface OrphansHost {
  readonly clock: Clock;
  readonly holds: Holds;
  readonly drains: Drains;
  readonly storage: () => OutboxStorage | undefined;
  /** It numbers for this tab, or did: claimed, not adopted. */
  readonly isOurs: (p: string) => boolean;
  readonly takeOver: (p: string, mayTake: (channel: string) => boolean) => Promise<void>;
}

export interface Orphans {
  readonly adopt: () => Promise<void>;
  /** Producers that are nobody's here, oldest first. */
  readonly others: () => Promise<StoredProducer[]>;
}

/** How long a lock must be free before what its owner left counts as left behind. */
const goneMs = 30_000;
const dayMs = 24 * 3_600_000;

export const createOrphans = ({ clock, holds, drains, storage, ...host }: OrphansHost): Orphans => {
  const freeSinceMs = new Map<string, number>();
  let isAdopting = false;

  const isOver = ({ rows, verdicts }: StoredOutbox, { createdAt }: StoredProducer): boolean => {
    const agoMs = clock.wallMs() - dayMs;
    return !rows.length && createdAt < agoMs && verdicts.every(({ at }) => at < agoMs);
  };

  /** What may be sent of it: nothing that comes after what somebody else still has. */
  const freeChannels = async ({ after: before }: StoredProducer): Promise<(channel: string) => boolean> => {
    const taken = new Set<string>();
    for (const p of before) {
      const stored = await storage()?.read(p);
      const lanes = drains.get(p)?.lanes;
      // What this tab sends all of it waits for: `upTo`.
      for (const { channel, n } of stored?.rows ?? [])
        if (!lanes?.some((lane) => lane.channel === channel && n < lane.next)) taken.add(channel);
    }
    return (channel) => !taken.has(channel);
  };

  const consider = async (record: StoredProducer): Promise<void> => {
    const { p } = record;
    if (await holds.isHeld(living(p), true)) return void freeSinceMs.delete(p);
    const nowMs = clock.nowMs();
    const sinceMs = freeSinceMs.get(p) ?? nowMs;
    freeSinceMs.set(p, sinceMs);
    if (nowMs - sinceMs < goneMs || drains.isForeign(record)) return;
    const stored = await storage()?.read(p);
    if (stored && isOver(stored, record)) return storage()?.forget(p);
    if (!stored?.rows.length || (await holds.isHeld(adopting(p)))) return;
    const mayTake = await freeChannels(record);
    if (drains.room(false) < 1 || !drains.isTakeable(stored, mayTake)) return;
    await host.takeOver(p, mayTake);
  };

  const others = async (): Promise<StoredProducer[]> => {
    const all = (await storage()?.producers()) ?? [];
    return all.filter(({ p }) => !host.isOurs(p) && !drains.get(p)).sort((a, b) => a.createdAt - b.createdAt);
  };

  return {
    others,
    adopt: async () => {
      if (isAdopting) return;
      isAdopting = true;
      try {
        for (const record of await others()) await consider(record);
      } finally {
        isAdopting = false;
      }
    },
  };
};
