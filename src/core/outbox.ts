/**
 * The messages that are not settled. Deterministic data without clock or I/O; mutable, because a copy per message would cost
 * more than the message. Numbers are given at enqueue, per (producer, channel), never given twice: an absent number is a skip.
 */
import type { Settlement } from "./settlement.ts";

/** One message. `Tag` is whatever the owner hangs on it (the client: its receipt). */
export interface Row<Tag> {
  readonly n: number;
  readonly channel: string;
  readonly id: string;
  /** Encoded once, at enqueue: what is re-sent is what was sent. */
  readonly body: string | ArrayBuffer;
  readonly bytes: number;
  readonly queuedAtMs: number;
  readonly expiresAtMs: number;
  /** The caller chose `id`. */
  readonly keyed: boolean;
  readonly payload: unknown;
  readonly tag: Tag;
  /** Its number under an earlier producer. */
  readonly re: { readonly p: string; readonly n: number } | null;
  /** Withdrawn when it had possibly been transmitted: travels as a void, settles by the server's answer. */
  voided: "aborted" | "expired" | null;
}

/** The messages of one producer for one channel. */
export interface Lane<Tag> {
  readonly channel: string;
  p: string;
  createdAtMs: number;
  /** In number order. */
  rows: Map<number, Row<Tag>>;
  /** The number the next message gets. */
  next: number;
  /** Every number up to here has its verdict. */
  answered: number;
  /** The number to transmit next. */
  cursor: number;
  /** Rows below were possibly transmitted at some time. */
  sentBelow: number;
  /** Bytes transmitted on this socket and not answered. */
  flightBytes: number;
  /** The server asked this lane to wait. */
  paused: { readonly untilMs: number; readonly reason: string } | null;
  /** When the server last moved this lane, or it left the idle state. */
  progressAtMs: number;
}

export interface OutboxLimits {
  readonly capacity: number;
  readonly maxBytes: number;
}

export interface Outbox<Tag> {
  readonly lanes: ReadonlyMap<string, Lane<Tag>>;
  depth: number;
  bytes: number;
  /** No room for a message of this size. */
  readonly full: (bytes: number) => boolean;
  /** Evicts never-transmitted rows, oldest first, until the message fits or none is left; returns them. */
  readonly evict: (bytes: number) => readonly Row<Tag>[];
  readonly add: (message: Omit<Row<Tag>, "n" | "re" | "voided">) => Row<Tag>;
  readonly remove: (lane: Lane<Tag>, n: number) => void;
}

/** `producer` is asked for the number giver of a new lane. */
export const createOutbox = <Tag>(producer: () => string, limits: OutboxLimits): Outbox<Tag> => {
  const lanes = new Map<string, Lane<Tag>>();

  const laneOf = (channel: string, nowMs: number): Lane<Tag> => {
    let lane = lanes.get(channel);
    if (!lane) {
      lane = {
        channel,
        p: producer(),
        createdAtMs: nowMs,
        rows: new Map(),
        next: 1,
        answered: 0,
        cursor: 1,
        sentBelow: 1,
        flightBytes: 0,
        paused: null,
        progressAtMs: nowMs,
      };
      lanes.set(channel, lane);
    }
    return lane;
  };

  const outbox: Outbox<Tag> = {
    lanes,
    depth: 0,
    bytes: 0,
    full: (bytes) => outbox.depth >= limits.capacity || outbox.bytes + bytes > limits.maxBytes,
    evict: (bytes) => {
      const unsent = [...lanes.values()].flatMap((lane) =>
        [...lane.rows.values()].filter((row) => !possiblySent(lane, row)),
      );
      const evicted: Row<Tag>[] = [];
      for (const row of unsent.sort((a, b) => a.queuedAtMs - b.queuedAtMs)) {
        if (!outbox.full(bytes)) break;
        outbox.remove(laneOf(row.channel, 0), row.n);
        evicted.push(row);
      }
      return evicted;
    },
    add: (message) => {
      const lane = laneOf(message.channel, message.queuedAtMs);
      const row: Row<Tag> = { ...message, n: lane.next++, re: null, voided: null };
      lane.rows.set(row.n, row);
      outbox.depth++;
      outbox.bytes += row.bytes;
      return row;
    },
    remove: (lane, n) => {
      const row = lane.rows.get(n);
      if (!row) return;
      lane.rows.delete(n);
      outbox.depth--;
      outbox.bytes -= row.bytes;
    },
  };
  return outbox;
};

export const possiblySent = <Tag>(lane: Lane<Tag>, row: Row<Tag>): boolean =>
  row.n < lane.sentBelow || row.re !== null;

/**
 * Takes a message back. Never transmitted: it leaves at once and its number becomes a skip. Possibly transmitted: it becomes a
 * void and stays until the server answers. Undefined: not in the outbox any more.
 */
export const withdraw = <Tag>(
  outbox: Outbox<Tag>,
  channel: string,
  n: number,
  how: "aborted" | "expired",
): Settlement | "pending" | undefined => {
  const lane = outbox.lanes.get(channel);
  const row = lane?.rows.get(n);
  if (!lane || !row) return undefined;
  if (possiblySent(lane, row)) {
    row.voided ??= how;
    return "pending";
  }
  outbox.remove(lane, n);
  return { kind: how };
};
