/** What other pages numbered and this tab sends in their place: under their numbers, and no more of it than there is room for. */
import { toBorrow } from "../../core/borrowing.ts";
import type { BorrowedLane } from "../../core/lane.ts";
import type { StoredOutbox, StoredProducer } from "../../core/ports/outboxStorage.ts";
import { createReceipt, type ReceiptHandle } from "../createReceipt.ts";
import type { QueuedLane } from "../queuedRow.ts";
import type { KeeperHost, Read } from "./keeper.ts";

export interface DrainsHost extends Pick<
  KeeperHost,
  "clock" | "outbox" | "producers" | "mine" | "maxAgeMs" | "entered" | "touch"
> {
  readonly emitter: Pick<KeeperHost["emitter"], "report">;
  readonly read: Read;
  /** Undefined: nobody knows yet. */
  readonly subject: () => string | undefined;
  /** What may be transmitted of it before anybody says more. */
  readonly cleared: number;
  readonly began?: (record: StoredProducer, lanes: readonly QueuedLane[]) => void;
  readonly ended?: (lane: QueuedLane) => void;
}

export interface Drain {
  readonly record: StoredProducer;
  readonly lanes: readonly QueuedLane[];
  /** An earlier boot of this tab: new messages wait for it. */
  readonly isOwn: boolean;
  /** Channels of which there was no room for all. */
  readonly rest: ReadonlySet<string>;
  readonly release: () => void;
}

export interface Takeover extends Pick<Drain, "isOwn" | "release"> {
  readonly stored: StoredOutbox;
  readonly record: StoredProducer;
  /** Default: every channel. */
  readonly mayTake?: (channel: string) => boolean;
}

export interface Drains {
  readonly get: (p: string) => Drain | undefined;
  readonly all: () => readonly Drain[];
  /** Never another subject's. */
  readonly isForeign: (record: StoredProducer) => boolean;
  /** Messages that may be taken now. */
  readonly room: (isOwn: boolean) => number;
  readonly isTakeable: (stored: StoredOutbox, mayTake: (channel: string) => boolean) => boolean;
  /** From here on its rows are sent by this tab; undefined: there is room for none. */
  readonly begin: (takeover: Takeover) => Drain | undefined;
  readonly giveBack: (p: string) => void;
  /** Its page is back: a tab that this one duplicates, perhaps. */
  readonly rob: (p: string) => void;
  /** Gives back what is sent to the end, and tells which. */
  readonly finish: () => readonly Drain[];
}

/** Rows of other tabs that are sent at a time. */
const adoptRows = 100;
const everything = (): boolean => true;

export const createDrains = (host: DrainsHost): Drains => {
  const { clock, outbox } = host;
  const drains = new Map<string, Drain>();
  const all = (): Drain[] => [...drains.values()];

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
  const sentForOthers = (): number =>
    all()
      .flatMap(({ isOwn, lanes }) => (isOwn ? [] : lanes))
      .reduce((sum, { rows }) => sum + rows.size, 0);
  const room = (isOwn: boolean): number => {
    const free = outbox.limits.capacity - outbox.depth;
    // What this tab queued waits for what it left before: one at least.
    return isOwn ? Math.max(1, free) : Math.ceil(Math.min(adoptRows - sentForOthers(), free / 2));
  };

  const giveBack = (p: string): void => {
    const drain = drains.get(p);
    if (!drain) return;
    drains.delete(p);
    for (const lane of drain.lanes) {
      outbox.giveBack(lane);
      host.ended?.(lane);
    }
    host.producers.delete(p);
    drain.release();
    host.touch();
  };

  return {
    get: (p) => drains.get(p),
    all,
    room,
    giveBack,
    isForeign: ({ subject }) =>
      subject !== undefined && host.subject() !== undefined && subject !== host.subject(),
    isTakeable: (stored, mayTake) => takeable(stored, 1, mayTake).length > 0,
    begin: ({ stored, record, isOwn, release, mayTake = everything }) => {
      const limit = room(isOwn);
      if (limit < 1) return undefined;
      const lanes = takeable(stored, limit, mayTake).map((lane) => outbox.borrow(lane, host.cleared));
      const taken = lanes.reduce((sum, { rows }) => sum + rows.size, 0);
      const left = stored.rows.filter(
        ({ channel, n }) => !lanes.some((lane) => lane.channel === channel && n < lane.next),
      );
      // Fewer than there was room for: the rest cannot be taken here.
      const rest = new Set(taken === limit ? left.map(({ channel }) => channel).filter(mayTake) : []);
      const drain = { record, lanes, isOwn, rest, release };
      drains.set(record.p, drain);
      host.producers.add(record.p);
      host.began?.(record, lanes);
      for (const { rows } of lanes)
        for (const row of rows.values()) {
          if (isOwn) host.mine.add(row.id);
          host.entered(row);
        }
      return drain;
    },
    rob: (p) => {
      for (const { rows } of drains.get(p)?.lanes ?? [])
        for (const { id } of rows.values()) host.mine.delete(id);
      giveBack(p);
    },
    finish: () => {
      const finished = all().filter(({ lanes }) => lanes.every(({ rows }) => !rows.size));
      for (const { record } of finished) giveBack(record.p);
      return finished;
    },
  };
};
