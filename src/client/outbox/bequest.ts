/** What a page that goes leaves to the other tabs where nothing is stored: its messages, under their numbers. */
import { toBorrow } from "../../core/borrowing.ts";
import { toStored } from "../../core/outboxLedger.ts";
import type { StoredCounter, StoredOutbox, StoredRow } from "../../core/ports/outboxStorage.ts";
import type { Clock } from "../../core/ports.ts";
import { createReceipt } from "../createReceipt.ts";
import type { QueuedLane, QueuedOutbox, QueuedRow } from "../queuedRow.ts";

export interface Bequest {
  /** Everything unsettled that another page can send; from now on it may have been transmitted. Undefined: nothing. */
  readonly leave: () => StoredOutbox | undefined;
  readonly inherit: (left: StoredOutbox) => void;
  /** Who numbers with these is back, and sends its own. */
  readonly giveBack: (producers: readonly string[]) => void;
}

export interface BequestHost {
  readonly clock: Clock;
  readonly outbox: QueuedOutbox;
  readonly producers: Set<string>;
  readonly maxAgeMs: number;
  readonly subject: () => string | undefined;
  readonly report: (error: unknown) => void;
  /** It must be looked at again when it expires. */
  readonly entered: (row: QueuedRow) => void;
  readonly touch: () => void;
}

export const createBequest = (host: BequestHost): Bequest => {
  const { clock, outbox, producers, touch } = host;
  const inherited = new Set<QueuedLane>();

  const drop = (isOver: (lane: QueuedLane) => boolean): void => {
    for (const lane of inherited)
      if (isOver(lane)) {
        inherited.delete(lane);
        outbox.giveBack(lane);
      }
  };
  /** The number of the first that only this page can judge: one that others left out would count as one that never comes. */
  const endOf = ({ rows, next }: QueuedLane): number => {
    for (const { n, guard, body } of rows.values()) if (guard || typeof body !== "string") return n;
    return next;
  };

  return {
    leave: () => {
      const toWall = clock.wallMs() - clock.nowMs();
      const rows: StoredRow[] = [];
      const counters: StoredCounter[] = [];
      for (const lane of outbox.lanes) {
        const { p, channel, answered } = lane;
        const next = endOf(lane);
        const left = [...lane.rows.values()].filter(({ n }) => n < next);
        if (!left.length) continue;
        rows.push(...left.map((row) => toStored(row, toWall, 0)));
        counters.push({ p, channel, next, answered });
        lane.sentBelow = Math.max(lane.sentBelow, next);
      }
      if (!rows.length) return undefined;
      const lanes = [...outbox.lanes].filter(({ rows: { size } }) => size);
      const subject = host.subject();
      return {
        rows,
        counters,
        producers: lanes.map(({ p, createdAtMs }) => ({
          p,
          createdAt: createdAtMs + toWall,
          after: [],
          ...(subject !== undefined && { subject }),
        })),
        verdicts: [],
      };
    },
    inherit: ({ rows, counters, producers: records }) => {
      drop((lane) => !lane.rows.size);
      const subject = host.subject();
      for (const record of new Map(records.map((one) => [one.p, one])).values()) {
        const { p } = record;
        const isMine = <T extends { readonly p: string }>(one: T): boolean => one.p === p;
        // Never another user's, nor twice.
        if (record.subject !== subject && record.subject !== undefined && subject !== undefined) continue;
        if (producers.has(p)) continue;
        const stored = {
          producers: [record],
          rows: rows.filter(isMine),
          counters: counters.filter(isMine),
          verdicts: [],
        };
        const lanes = toBorrow(stored, {
          nowMs: clock.nowMs(),
          wallMs: clock.wallMs(),
          maxAgeMs: host.maxAgeMs,
          limit: Infinity,
          mayTake: () => true,
          read: ({ body }) => (body === null ? undefined : { body, payload: JSON.parse(body) as unknown }),
          tag: (id) => createReceipt(id, host.report),
        }).map((lane) => outbox.borrow(lane, Infinity));
        if (lanes.length) producers.add(p);
        for (const lane of lanes) {
          inherited.add(lane);
          for (const row of lane.rows.values()) host.entered(row);
        }
      }
      touch();
    },
    giveBack: (back) => {
      for (const p of back) if ([...inherited].some((lane) => lane.p === p)) producers.delete(p);
      drop(({ p }) => back.includes(p));
      touch();
    },
  };
};
