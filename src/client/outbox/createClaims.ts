/** What other boots left: this tab's own earlier ones, and those of tabs that are gone. */
import { toBorrow } from "../../core/borrowing.ts";
import type { BorrowedLane } from "../../core/outbox.ts";
import type { OutboxStorage, StoredOutbox, StoredProducer } from "../../core/ports/outboxStorage.ts";
import { createReceipt, type ReceiptHandle } from "../createReceipt.ts";
import type { QueuedLane } from "../queuedRow.ts";
import type { Ledger } from "./createLedger.ts";
import { adopting, type Holds, living } from "./holds.ts";
import type { KeeperHost, Read } from "./keeper.ts";
import { createSuccession } from "./succession.ts";

export interface ClaimsHost extends KeeperHost {
  readonly holds: Holds;
  readonly ledger: Ledger;
  readonly read: Read;
  /** Undefined while the page is away: what was begun before ends there. */
  readonly storage: () => OutboxStorage | undefined;
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
/** How long a lock must be free before what its owner left counts as left behind. */
const goneMs = 30_000;
/** How long a lock that seemed free may take to be granted, in ms. */
const grantMs = 1_000;
const dayMs = 24 * 3_600_000;
/** Rows of dead tabs that are sent at a time. */
const adoptRows = 100;
/** More pages of one tab than will ever have left something. */
const rememberedBoots = 50;

interface Drain {
  readonly record: StoredProducer;
  readonly lanes: readonly QueuedLane[];
  readonly release: () => void;
  /** An earlier boot of this tab: new messages wait for it. */
  readonly isOwn: boolean;
}

export const createClaims = (host: ClaimsHost): Claims => {
  const { clock, outbox, holds, ledger, scope, boots } = host;
  const mine = new Set<string>();
  const succession = createSuccession(outbox.lanes, boots?.read(scope) ?? []);
  /** Earlier boots of this tab that are not claimed yet, and the channels on which they left something. */
  const awaited = new Map<string, ReadonlySet<string>>();
  const drains = new Map<string, Drain>();
  const freeSinceMs = new Map<string, number>();
  let isAdopting = false;

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
    ...[...drains.values()].filter(({ isOwn }) => isOwn).map(({ record }) => record.p),
  ];
  const isWaiting = (p: string, channel: string): boolean =>
    !!awaited.get(p)?.has(channel) ||
    !!drains.get(p)?.lanes.some((lane) => lane.channel === channel && lane.rows.size > 0);
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

  const channelsOf = ({ rows }: StoredOutbox): Set<string> => new Set(rows.map(({ channel }) => channel));
  /** Never another subject's. */
  const isForeign = ({ subject }: StoredProducer): boolean =>
    subject !== undefined && ledger.subject() !== undefined && subject !== ledger.subject();

  const giveBack = (p: string): void => {
    const drain = drains.get(p);
    if (!drains.delete(p)) return;
    for (const lane of drain?.lanes ?? []) {
      outbox.giveBack(lane);
      ledger.forget(lane);
    }
    drain?.release();
    host.producers.delete(p);
    host.touch();
  };

  const takeable = (
    stored: StoredOutbox,
    limit: number,
    mayTake: (channel: string) => boolean,
  ): BorrowedLane<ReceiptHandle>[] =>
    toBorrow(stored, {
      nowMs: clock.nowMs(),
      wallMs: clock.wallMs(),
      maxAgeMs: host.maxAgeMs,
      limit,
      mayTake,
      read: host.read,
      tag: (id) => createReceipt(id, host.emitter.report),
    });

  /** From here on its rows are sent by this tab. */
  const drain = async (
    p: string,
    isOwn: boolean,
    limit = Infinity,
    mayTake: (channel: string) => boolean = () => true,
  ): Promise<void> => {
    const storage = host.storage();
    /** Its page is back: a tab that this one duplicates, perhaps. */
    const stolen = (): void => {
      for (const { rows } of drains.get(p)?.lanes ?? [])
        for (const { id } of rows.values()) host.mine.delete(id);
      giveBack(p);
    };
    const release =
      (await holds.take(adopting(p), isOwn ? stuckMs : grantMs, stolen)) ??
      // Who is stuck sends the same numbers, if anything: one of both is a duplicate.
      (isOwn && storage === host.storage() ? await holds.rob(adopting(p), stolen) : undefined);
    const stored = release && (await storage?.read(p));
    if (!stored || storage !== host.storage() || (isOwn && !awaited.has(p))) return release?.();
    const [first] = stored.rows;
    // Without a record it was forgotten while its page was away: at least as old as its oldest message.
    const [record = { p, createdAt: first?.queuedAt ?? 0, after: [] }] = stored.producers;
    if (isForeign(record)) return release();
    const lanes = takeable(stored, limit, mayTake).map((lane) => outbox.borrow(lane, 0));
    host.producers.add(p);
    drains.set(p, { record, lanes, release, isOwn });
    ledger.borrowed(record, lanes);
    for (const { rows } of lanes)
      for (const row of rows.values()) {
        if (isOwn) host.mine.add(row.id);
        host.entered(row);
      }
    host.turn();
  };

  const claim = async (p: string): Promise<void> => {
    const storage = host.storage();
    const release = await holds.take(living(p), dyingMs);
    if (release) await drain(p, true);
    release?.();
    if (storage === host.storage() && awaited.delete(p)) host.turn();
  };

  const isOver = ({ rows, verdicts }: StoredOutbox, { createdAt }: StoredProducer): boolean => {
    const agoMs = clock.wallMs() - dayMs;
    return !rows.length && createdAt < agoMs && verdicts.every(({ at }) => at < agoMs);
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
    for (const p of [...awaited.keys()]) void claim(p).catch(host.failed);
  };

  /** What may be sent of it: nothing that comes after what somebody else still has. */
  const freeChannels = async ({ after: before }: StoredProducer): Promise<(channel: string) => boolean> => {
    const taken = new Set<string>();
    for (const p of before) {
      const stored = await host.storage()?.read(p);
      const lanes = drains.get(p)?.lanes;
      // What this tab sends all of it waits for: `upTo`.
      for (const { channel, n } of stored?.rows ?? [])
        if (!lanes?.some((lane) => lane.channel === channel && n < lane.next)) taken.add(channel);
    }
    return (channel) => !taken.has(channel);
  };

  const sentForOthers = (): number =>
    [...drains.values()]
      .flatMap(({ isOwn, lanes }) => (isOwn ? [] : lanes))
      .reduce((sum, { rows }) => sum + rows.size, 0);

  const consider = async (record: StoredProducer): Promise<void> => {
    const { p } = record;
    if (await holds.isHeld(living(p), true)) return void freeSinceMs.delete(p);
    const nowMs = clock.nowMs();
    const sinceMs = freeSinceMs.get(p) ?? nowMs;
    freeSinceMs.set(p, sinceMs);
    if (nowMs - sinceMs < goneMs || isForeign(record)) return;
    const stored = await host.storage()?.read(p);
    if (stored && isOver(stored, record)) return host.storage()?.forget(p);
    if (!stored?.rows.length || (await holds.isHeld(adopting(p)))) return;
    const room = Math.min(adoptRows - sentForOthers(), (outbox.limits.capacity - outbox.depth) / 2);
    const mayTake = await freeChannels(record);
    if (room < 1 || !takeable(stored, 1, mayTake).length) return;
    await drain(p, false, Math.floor(room), mayTake);
  };

  const others = async (): Promise<StoredProducer[]> => {
    const all = (await host.storage()?.producers()) ?? [];
    return all
      .filter(({ p }) => !mine.has(p) && !awaited.has(p) && !drains.has(p))
      .sort((a, b) => a.createdAt - b.createdAt);
  };

  const adopt = async (): Promise<void> => {
    if (isAdopting || !host.locks || ledger.subject() === undefined) return;
    isAdopting = true;
    try {
      for (const record of await others()) await consider(record);
    } finally {
      isAdopting = false;
    }
  };

  return {
    upTo,
    after,
    boot,
    began: (p) => {
      mine.add(p);
      holds.keep(living(p));
      remember(p);
    },
    adopt,
    finish: () => {
      let isFree = false;
      for (const [p, { lanes, isOwn }] of drains)
        if (lanes.every(({ rows }) => !rows.size)) {
          giveBack(p);
          forget(p);
          isFree ||= !isOwn;
        }
      return isFree;
    },
    signedIn: () => {
      for (const [p, { record }] of drains) if (isForeign(record)) giveBack(p);
    },
    stop: () => {
      succession.leave();
      awaited.clear();
      for (const p of [...drains.keys()]) giveBack(p);
    },
    purge: async () => {
      const dying = new Set(awaited.keys());
      awaited.clear();
      for (const { p } of await others()) {
        if (!dying.has(p) && (await holds.isHeld(living(p)))) continue;
        const release = await holds.take(living(p), dyingMs);
        if (release) await host.storage()?.forget(p);
        release?.();
      }
    },
  };
};
