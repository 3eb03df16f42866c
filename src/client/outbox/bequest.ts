/** What a page that goes leaves to the other tabs where nothing is stored: its messages, under their numbers. */
import { toStored } from "../../core/outboxLedger.ts";
import type {
  StoredCounter,
  StoredOutbox,
  StoredProducer,
  StoredRow,
} from "../../core/ports/outboxStorage.ts";
import type { QueuedLane } from "../queuedRow.ts";
import { createDrains, type DrainsHost } from "./drains.ts";
import type { KeeperHost } from "./keeper.ts";

export interface Bequest {
  /** Everything unsettled that another page can send, or what was inherited; from now on it may have been transmitted. Undefined: nothing. */
  readonly leave: (isAll: boolean) => StoredOutbox | undefined;
  /** Has it sent, as there is room for it. */
  readonly inherit: (left: StoredOutbox) => void;
  /** Who numbers with these is back, and sends its own. */
  readonly giveBack: (producers: readonly string[]) => void;
  /** Once a turn: takes what there is room for now. */
  readonly feed: () => void;
}

export interface BequestHost extends Omit<DrainsHost, "emitter" | "read" | "cleared" | "began" | "ended"> {
  readonly emitter: Pick<KeeperHost["emitter"], "emit" | "report">;
}

/** Messages that a tab keeps of pages that are gone while there is no room, or nobody leads. */
const keptRows = 10_000;

/** Whether it can be kept beside what is. */
export const mayKeep = (left: StoredOutbox, kept: Iterable<StoredOutbox>): boolean =>
  [...kept].reduce((sum, { rows }) => sum + rows.length, left.rows.length) <= keptRows;

interface Left extends StoredOutbox {
  readonly record: StoredProducer;
}

export const createBequest = (host: BequestHost): Bequest => {
  const { clock, outbox, producers, touch } = host;
  const drains = createDrains({
    ...host,
    cleared: Infinity,
    read: ({ body }) => (body === null ? undefined : { body, payload: JSON.parse(body) as unknown }),
  });
  /** By producer, what there is no room for yet. */
  const waiting = new Map<string, Left>();
  /** How far each was taken: nothing is taken twice, and what its page sent when it was back meanwhile is news. */
  const known = new Map<string, readonly StoredCounter[]>();
  const isNews = ({ p, channel, next }: StoredCounter): boolean =>
    !known.get(p)?.some((one) => one.channel === channel && one.next >= next);

  /** The number of the first that only this page can judge: one that others left out would count as one that never comes. */
  const endOf = ({ rows, next }: QueuedLane): number => {
    for (const { n, guard, body } of rows.values()) if (guard || typeof body !== "string") return n;
    return next;
  };

  const feed = (): void => {
    drains.finish();
    for (const [p, left] of waiting) {
      if (drains.get(p)) continue;
      if (drains.room(false) < 1) return;
      waiting.delete(p);
      // Never another user's.
      if (drains.isForeign(left.record)) continue;
      try {
        const drain = drains.begin({
          stored: left,
          record: left.record,
          isOwn: false,
          release: () => undefined,
        });
        const rows = left.rows.filter(
          ({ channel, n }) =>
            drain?.rest.has(channel) &&
            !drain.lanes.some((lane) => lane.channel === channel && n < lane.next),
        );
        if (rows.length) waiting.set(p, { ...left, rows });
      } catch {
        // Whoever wrote it.
        host.emitter.emit("anomaly", { kind: "invalid_tab_message" });
      }
    }
  };

  return {
    leave: (isAll) => {
      const toWall = clock.wallMs() - clock.nowMs();
      const rows: StoredRow[] = [];
      const counters: StoredCounter[] = [];
      const going = [...outbox.lanes].filter(({ borrowed, rows: { size } }) => size && (isAll || borrowed));
      for (const lane of going) {
        const { p, channel, answered } = lane;
        const next = endOf(lane);
        const left = [...lane.rows.values()].filter(({ n }) => n < next);
        if (!left.length) continue;
        rows.push(...left.map((row) => toStored(row, toWall, 0)));
        counters.push({ p, channel, next, answered });
        lane.sentBelow = Math.max(lane.sentBelow, next);
      }
      const subject = host.subject();
      const records: StoredProducer[] = going.map(({ p, createdAtMs }) => ({
        p,
        createdAt: createdAtMs + toWall,
        after: [],
        ...(subject !== undefined && { subject }),
      }));
      for (const left of waiting.values()) {
        rows.push(...left.rows);
        counters.push(...left.counters);
        records.push(left.record);
      }
      return rows.length ? { rows, counters, producers: records, verdicts: [] } : undefined;
    },
    feed,
    inherit: ({ rows, counters, producers: records }) => {
      for (const record of records) {
        const { p } = record;
        if (producers.has(p) && !drains.get(p)) continue;
        const isMine = <T extends { readonly p: string }>(one: T): boolean => one.p === p;
        const left = {
          record,
          producers: [record],
          rows: rows.filter(isMine),
          counters: counters.filter(isMine),
          verdicts: [],
        };
        if (!left.counters.some(isNews)) continue;
        if (!mayKeep(left, waiting.values())) {
          host.emitter.emit("anomaly", { kind: "will_dropped" });
          continue;
        }
        known.set(p, [...left.counters, ...(known.get(p) ?? [])]);
        waiting.set(p, left);
      }
      feed();
      touch();
    },
    giveBack: (back) => {
      for (const p of back) {
        known.delete(p);
        waiting.delete(p);
        drains.giveBack(p);
      }
    },
  };
};
