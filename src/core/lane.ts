/** What an outbox is made of: messages in lanes, each of one producer for one channel, and how far they got. */
import type { RawData } from "./ports.ts";
import type { Settlement } from "./settlement.ts";

/** One message. `Tag` is whatever the owner hangs on it (the client: its receipt). The object stays the same all its life. */
export interface Row<Tag> {
  readonly lane: Lane<Tag>;
  /** Infinity until the outbox takes it: what stands in the waiting room has no number. */
  n: number;
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
  /** Asked before each transmission. */
  readonly guard?: (() => boolean) | undefined;
  readonly payload: unknown;
  readonly tag: Tag;
  /** Its number under an earlier producer. */
  re: { readonly p: string; readonly n: number } | null;
  /** Withdrawn when it had possibly been transmitted: travels as a void, settles by the server's answer. */
  voided: "aborted" | "expired" | null;
  /** It counts no more, and ends like this as soon as its storage has forgotten it: a page to come must not send it. */
  leaving: Settlement | null;
}

/** A message before it has a place. */
export type NewRow<Tag> = Omit<Row<Tag>, "lane" | "n" | "re" | "voided" | "leaving">;

/** The messages of one producer for one channel. */
export interface Lane<Tag> {
  readonly channel: string;
  p: string;
  /** Numbered by another boot, which may come back: sent under its numbers, and never under others. */
  readonly borrowed: boolean;
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
  /** Numbers above must not be transmitted yet: they are not stored, or what must come before them is not answered. */
  cleared: number;
  /** How many of its rows became voids so far. */
  voids: number;
  /** Rows that count no more. */
  leaving: number;
  /** Rows transmitted on this socket and not answered. */
  flight: number;
  /** Their bytes. */
  flightBytes: number;
  /** The server asked this lane to wait. */
  paused: { readonly untilMs: number; readonly reason: string } | null;
  /** When the server last moved this lane, or it left the idle state. */
  progressAtMs: number;
}

/** A lane as another boot left it. */
export interface BorrowedLane<Tag> extends Pick<
  Lane<Tag>,
  "p" | "channel" | "createdAtMs" | "next" | "answered"
> {
  readonly rows: readonly (NewRow<Tag> & Pick<Row<Tag>, "n" | "re" | "voided">)[];
}

export type FreshLane<Tag> = Omit<Lane<Tag>, "channel" | "borrowed" | "cleared">;

/** What a lane is under a new producer. */
export const freshLane = <Tag>(p: string, nowMs: number): FreshLane<Tag> => ({
  p,
  createdAtMs: nowMs,
  rows: new Map(),
  next: 1,
  answered: 0,
  cursor: 1,
  sentBelow: 1,
  voids: 0,
  leaving: 0,
  flight: 0,
  flightBytes: 0,
  paused: null,
  progressAtMs: nowMs,
});

/** Transmitted on this socket and not answered. */
export const isInFlight = <Tag>({ lane, n }: Row<Tag>): boolean => n < lane.cursor;

export const possiblySent = <Tag>({ lane, n, re }: Row<Tag>): boolean => n < lane.sentBelow || re !== null;

/** It is on its way: the next of its lane is the number behind it. */
export const transmitted = <Tag>({ lane, n, bytes }: Row<Tag>): void => {
  lane.cursor = n + 1;
  lane.sentBelow = Math.max(lane.sentBelow, lane.cursor);
  lane.flight++;
  lane.flightBytes += bytes;
};
