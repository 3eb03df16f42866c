/**
 * The messages that are not settled. Deterministic data without clock or I/O; mutable, because a copy per message would cost
 * more than the message. Numbers are given at enqueue, per (producer, channel), never given twice: an absent number is a skip.
 */
import type { RawData } from "./ports.ts";
import type { Settlement } from "./settlement.ts";

/** One message. `Tag` is whatever the owner hangs on it (the client: its receipt). */
export interface Row<Tag> {
  readonly lane: Lane<Tag>;
  readonly n: number;
  readonly channel: string;
  readonly id: string;
  /** Encoded once, at enqueue: what is re-sent is what was sent. */
  readonly body: RawData;
  readonly bytes: number;
  readonly queuedAtMs: number;
  readonly expiresAtMs: number;
  /** The channel must stand here, or the server rejects with CONFLICT. */
  readonly expected: { readonly seq: number; readonly tail: string } | undefined;
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

export interface Outbox<Tag> {
  readonly lanes: ReadonlyMap<string, Lane<Tag>>;
  depth: number;
  bytes: number;
  /** All messages, lane by lane: a copy, so any may leave while it is walked. */
  readonly rows: () => Row<Tag>[];
  readonly add: (message: Omit<Row<Tag>, "lane" | "n" | "re" | "voided">) => Row<Tag>;
  readonly remove: (row: Row<Tag>) => void;
}

/** What a lane is under a new producer. */
export const freshLane = <Tag>(p: string, nowMs: number): Omit<Lane<Tag>, "channel"> => ({
  p,
  createdAtMs: nowMs,
  rows: new Map(),
  next: 1,
  answered: 0,
  cursor: 1,
  sentBelow: 1,
  flightBytes: 0,
  paused: null,
  progressAtMs: nowMs,
});

/** `producer` is asked for the number giver of a new lane. */
export const createOutbox = <Tag>(producer: () => string): Outbox<Tag> => {
  const lanes = new Map<string, Lane<Tag>>();
  const outbox: Outbox<Tag> = {
    lanes,
    depth: 0,
    bytes: 0,
    rows: () => [...lanes.values()].flatMap(({ rows }) => [...rows.values()]),
    add: (message) => {
      const { channel, queuedAtMs } = message;
      const lane = lanes.get(channel) ?? { channel, ...freshLane(producer(), queuedAtMs) };
      lanes.set(channel, lane);
      const row: Row<Tag> = { ...message, lane, n: lane.next++, re: null, voided: null };
      lane.rows.set(row.n, row);
      outbox.depth++;
      outbox.bytes += row.bytes;
      return row;
    },
    remove: ({ lane, n, bytes }) => {
      if (!lane.rows.delete(n)) return;
      outbox.depth--;
      outbox.bytes -= bytes;
    },
  };
  return outbox;
};

export const possiblySent = <Tag>({ lane, n, re }: Row<Tag>): boolean => n < lane.sentBelow || re !== null;

/**
 * Takes a message back. Never transmitted: it leaves at once and its number becomes a skip. Possibly transmitted: it becomes a
 * void and stays until the server answers.
 */
export const withdraw = <Tag>(
  outbox: Outbox<Tag>,
  row: Row<Tag>,
  how: "aborted" | "expired",
): Settlement | "pending" => {
  if (possiblySent(row)) {
    row.voided ??= how;
    return "pending";
  }
  outbox.remove(row);
  return { kind: how };
};
