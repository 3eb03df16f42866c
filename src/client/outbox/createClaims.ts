/** What other boots left: this tab's own earlier ones, and those of tabs that are gone. */
import type { OutboxStorage, StoredOutbox } from "../../core/ports/outboxStorage.ts";
import type { QueuedLane } from "../queuedRow.ts";
import type { Ledger } from "./createLedger.ts";
import { createDrains } from "./drains.ts";
import { adopting, type Holds, living } from "./holds.ts";
import type { KeeperHost, Read } from "./keeper.ts";
import { createOrphans } from "./orphans.ts";
import { createSuccession } from "./succession.ts";

export interface ClaimsHost extends KeeperHost {
  readonly holds: Holds;
  readonly ledger: Ledger;
  readonly read: Read;
  /** Undefined while the page is away: what was begun before ends there. */
  readonly storage: () => OutboxStorage | undefined;
  /** This page was taken for dead: others send its messages. */
  readonly robbed: () => void;
}

export interface Claims {
  /** Numbers of this lane above wait until something on its channel is answered. */
  readonly upTo: (lane: QueuedLane) => number;
  /** Whom a producer of this boot comes after. */
  readonly after: () => readonly string[];
  /** A producer numbers for this tab from now on. */
  readonly began: (p: string) => void;
  /** Looks at what earlier boots of this tab left; they are claimed when their pages are gone. */
  readonly boot: () => Promise<void>;
  readonly adopt: () => Promise<void>;
  /** Lets go of what is sent to the end; whether something of another tab was: there is room for more. */
  readonly finish: () => boolean;
  /** Somebody else signed in: what another subject numbered goes back. */
  readonly signedIn: () => void;
  /** Gives everything back. */
  readonly stop: () => void;
  /** Forgets what pages left that are gone. */
  readonly purge: () => Promise<void>;
}

/** How long the page before this one may take to die, in ms; a lock that is held longer is a living tab's, which this one duplicates. */
const dyingMs = 3_000;
/** How long another tab may take to send what this one waits for, in ms, before it counts as stuck. */
const stuckMs = 10_000;
/** The same for one that took it from this tab: two that rob each other in turn would get nowhere. */
const patienceMs = 60_000;
/** How long a lock that seemed free may take to be granted, in ms. */
const grantMs = 1_000;
/** More pages of one tab than will ever have left something. */
const rememberedBoots = 50;

const channelsOf = ({ rows }: StoredOutbox): Set<string> => new Set(rows.map(({ channel }) => channel));

export const createClaims = (host: ClaimsHost): Claims => {
  const { outbox, holds, ledger, scope, boots } = host;
  const mine = new Set<string>();
  const succession = createSuccession(outbox.lanes, boots?.read(scope) ?? []);
  /** Earlier boots of this tab that are not claimed yet, and the channels on which they left something. */
  const awaited = new Map<string, ReadonlySet<string>>();
  const drains = createDrains({
    ...host,
    cleared: 0,
    subject: ledger.subject,
    began: ledger.borrowed,
    ended: ledger.forget,
  });

  /** Another client of this page may have written to it meanwhile. */
  const remember = (p: string): void =>
    boots?.write(scope, [...new Set([...boots.read(scope), p])].slice(-rememberedBoots));
  const forget = (p: string): void =>
    boots?.write(
      scope,
      boots.read(scope).filter((name) => name !== p),
    );
  const after = (): string[] => [
    ...awaited.keys(),
    ...drains.all().flatMap(({ isOwn, record }) => (isOwn ? record.p : [])),
  ];
  /** What earlier boots left always finds room for one, however many are sent meanwhile. */
  const reserve = (): void => outbox.reserve(after().length > 0);
  const isWaiting = (p: string, channel: string): boolean =>
    !!awaited.get(p)?.has(channel) ||
    !!drains.get(p)?.lanes.some((lane) => lane.channel === channel && lane.rows.size > 0) ||
    !!drains.get(p)?.rest.has(channel);
  /** What this page queued before that boot began is not answered. */
  const isAhead = (p: string, channel: string): boolean =>
    [...outbox.lanes].some((lane) => {
      const [first = Infinity] = lane.rows.keys();
      return lane.channel === channel && first <= succession.before(lane, p);
    });
  const upTo = (lane: QueuedLane): number => {
    const { p, channel, borrowed } = lane;
    const before = (borrowed ? (drains.get(p)?.record.after ?? []) : after()).filter((q) =>
      isWaiting(q, channel),
    );
    if (!borrowed) return Math.min(Infinity, ...before.map((q) => succession.before(lane, q)));
    return before.length || isAhead(p, channel) ? 0 : Infinity;
  };

  /** From here on its rows are sent by this tab. */
  const takeOver = async (
    p: string,
    withinMs: number,
    mayTake?: (channel: string) => boolean,
  ): Promise<void> => {
    const isOwn = !mayTake;
    const storage = host.storage();
    const stolen = (): void => {
      const { lanes = [], rest = [] } = drains.get(p) ?? {};
      const left = new Set([...rest, ...lanes.flatMap(({ channel, rows }) => (rows.size ? channel : []))]);
      drains.rob(p);
      // A tab that this one duplicates sends it now: what is new still comes after it.
      if (isOwn && left.size) wait(p, left, patienceMs);
    };
    const release =
      (await holds.take(adopting(p), withinMs, stolen)) ??
      // Who is stuck sends the same numbers, if anything: one of both is a duplicate.
      (isOwn && storage === host.storage() ? await holds.rob(adopting(p), stolen) : undefined);
    // Should its page live after all, where nobody could tell, it stops and reads its rows again.
    if (release) (await holds.rob(living(p)))?.();
    const stored = release && (await storage?.read(p));
    if (!stored || storage !== host.storage() || (isOwn && !awaited.has(p))) return release?.();
    const [first] = stored.rows;
    // Without a record it was forgotten while its page was away: at least as old as its oldest message.
    const [record = { p, createdAt: first?.queuedAt ?? 0, after: [] }] = stored.producers;
    if (
      drains.isForeign(record) ||
      !drains.begin({ stored, record, isOwn, release, ...(mayTake && { mayTake }) })
    )
      return release();
    host.turn();
  };

  const claim = async (p: string, withinMs = stuckMs): Promise<void> => {
    const storage = host.storage();
    const release = await holds.take(living(p), dyingMs);
    try {
      if (release) await takeOver(p, withinMs);
    } finally {
      release?.();
      // What cannot be read must not hold back what is new.
      if (storage === host.storage() && awaited.delete(p)) {
        reserve();
        host.turn();
      }
    }
  };

  const wait = (p: string, channels: ReadonlySet<string>, withinMs?: number): void => {
    awaited.set(p, channels);
    reserve();
    void claim(p, withinMs).catch(host.failed);
  };

  const boot = async (): Promise<void> => {
    const storage = host.storage();
    const names = (boots?.read(scope) ?? []).filter((p) => !mine.has(p));
    const left = await Promise.all(
      names.map(async (p) => [p, channelsOf((await storage?.read(p)) as StoredOutbox)] as const),
    );
    if (storage !== host.storage()) return;
    for (const [p, channels] of left)
      if (channels.size) {
        succession.find(p);
        awaited.set(p, channels);
      } else if (!(await holds.isHeld(living(p)))) forget(p);
    if (storage !== host.storage()) return;
    reserve();
    for (const p of [...awaited.keys()]) void claim(p).catch(host.failed);
  };

  const orphans = createOrphans({
    ...host,
    drains,
    isOurs: (p) => mine.has(p) || awaited.has(p),
    takeOver: (p, mayTake) => takeOver(p, grantMs, mayTake),
  });

  return {
    upTo,
    after,
    boot,
    began: (p) => {
      mine.add(p);
      holds.keep(living(p), host.robbed);
      remember(p);
    },
    adopt: async () => {
      if (host.locks && ledger.subject() !== undefined) await orphans.adopt();
    },
    finish: () => {
      const finished = drains.finish();
      for (const { record, isOwn, rest } of finished) {
        const { p } = record;
        if (isOwn && rest.size) wait(p, rest);
        else forget(p);
      }
      reserve();
      return finished.some(({ isOwn }) => !isOwn);
    },
    signedIn: () => {
      for (const { record } of drains.all()) if (drains.isForeign(record)) drains.giveBack(record.p);
    },
    stop: () => {
      succession.leave();
      awaited.clear();
      outbox.reserve(false);
      for (const { record } of drains.all()) drains.giveBack(record.p);
    },
    purge: async () => {
      const dying = new Set(awaited.keys());
      awaited.clear();
      for (const { p } of await orphans.others()) {
        if (!dying.has(p) && (await holds.isHeld(living(p)))) continue;
        const release = await holds.take(living(p), dyingMs);
        if (release) await host.storage()?.forget(p);
        release?.();
      }
    },
  };
};
