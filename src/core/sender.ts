/** How the rows of a lane travel and how the server's answers move it. PROTOCOL.md §5. */
import type { Answer, Verdict } from "../protocol/frames.ts";
import { freshLane, isInFlight, type Lane, possiblySent, type Row, transmitted } from "./lane.ts";
import type { Outbox } from "./outbox.ts";
import type { Settlement } from "./settlement.ts";
import { utf8Bytes } from "./utf8Bytes.ts";

/** What the server's app replied; `data` is undefined where it replied nothing. */
export interface Replied {
  readonly data: unknown;
}
/** Without `Replied` nobody can tell any more whether there was a reply. */
export type Settled<Tag> = readonly [Row<Tag>, Settlement, (Replied | undefined)?];

export interface SendLimits {
  /** Never a number above answered + window: the server keeps verdicts that far back. */
  readonly window: number;
  readonly windowBytes: number;
  /** Producers and rows older than this say so. */
  readonly maxAgeMs: number;
}

export interface SendTerms<Tag> extends SendLimits {
  /** Asks the guard of a row that has one; false: the row has left the lane. Absent: no row has one. */
  readonly mayGo?: ((row: Row<Tag>) => boolean) | undefined;
}

export interface Packed {
  readonly text: string;
  readonly bytes: number;
}

const item = <Tag>(row: Row<Tag>, old: boolean): string =>
  `{"id":${JSON.stringify(row.id)}` +
  (row.voided ? ',"void":true' : `,"d":${row.body as string}`) +
  (row.keyed ? ',"key":true' : "") +
  (row.expected ? `,"expected":${JSON.stringify(row.expected)}` : "") +
  (row.re ? `,"re":${JSON.stringify(row.re)}${old ? ',"old":true' : ""}` : "") +
  "}";

/** The next frame of a lane, at most `room` bytes (`atLeastOne`: one message whatever its size), or null when it has nothing to send now. */
export const pack = <Tag>(
  lane: Lane<Tag>,
  room: number,
  atLeastOne: boolean,
  terms: SendTerms<Tag>,
  nowMs: number,
): Packed | null => {
  const last = Math.min(lane.next - 1, lane.cleared, lane.answered + terms.window);
  const start = lane.cursor;
  const isWindowFull = (): boolean => lane.cursor > last || lane.flightBytes >= terms.windowBytes;
  if (lane.paused || isWindowFull()) return null;
  if (lane.answered === start - 1) lane.progressAtMs = nowMs;
  const going = (n: number): Row<Tag> | undefined => {
    const row = lane.rows.get(n);
    return row?.guard && !terms.mayGo?.(row) ? undefined : row;
  };
  const old = nowMs - lane.createdAtMs > terms.maxAgeMs;
  const where = `"c":${JSON.stringify(lane.channel)},"p":"${lane.p}","acked":${lane.answered}${old ? ',"old":true' : ""}`;
  let row = going(start);
  if (!row) {
    let to = start;
    while (to < last && !going(to + 1)) to++;
    const text = `{"t":"skip",${where},"from":${start},"to":${to}}`;
    if (text.length > room && !atLeastOne) return null;
    lane.cursor = to + 1;
    return { text, bytes: text.length };
  }
  const head = `{"t":"pub",${where},"n":${start},"m":[`;
  let bytes = utf8Bytes(head) + 2;
  const items: string[] = [];
  for (; row; row = isWindowFull() ? undefined : going(lane.cursor)) {
    const text = item(row, nowMs - row.queuedAtMs > terms.maxAgeMs);
    const size = text.length - (row.voided ? 0 : (row.body as string).length) + row.bytes + 1;
    if (bytes + size > room && (items.length || !atLeastOne)) break;
    bytes += size;
    items.push(text);
    // At once: what a guard further on calls must find that this one is gone.
    transmitted(row);
  }
  return items.length ? { text: `${head}${items.join()}]}`, bytes } : null;
};

const judge = <Tag>(row: Row<Tag>, answer: Answer, replies: ReadonlyMap<number, unknown>): Settled<Tag> => {
  const { n } = row;
  const replied = { data: replies.get(n) };
  const verdict = answer.verdicts?.find(([from, to]) => n >= from && n <= to);
  if (verdict) return [row, ofVerdict(row, verdict), replies.has(n) ? replied : undefined];
  const run = answer.runs?.find(([from, , count]) => n >= from && n < from + count);
  return run
    ? [row, { kind: "acked", seq: run[1] + n - run[0] }, replied]
    : [row, { kind: "acked", seqAtMost: answer.head }];
};

const ofVerdict = <Tag>(row: Row<Tag>, [, , code, seq, tail]: Verdict): Settlement => {
  // Nothing is appended under this number. Where this page did not withdraw it, another that had taken it over did.
  if (code === "skipped") return row.leaving ?? { kind: row.voided ?? "aborted" };
  if (code === "dup" && seq !== undefined) return { kind: "acked", seq };
  if (!code.startsWith("rejected:")) return { kind: "uncertain" };
  const current = seq !== undefined && tail !== undefined ? { current: { seq, tail } } : undefined;
  return { kind: "rejected", code: code.slice(9), by: "server", ...current };
};

/** Settles every row the answer covers. An old answer covers nothing: acks never regress. */
export const settleAnswered = <Tag>(
  outbox: Outbox<Tag>,
  lane: Lane<Tag>,
  answer: Answer,
  nowMs: number,
): Settled<Tag>[] => {
  const settled: Settled<Tag>[] = [];
  const upTo = Math.min(answer.n, lane.next - 1);
  if (upTo <= lane.answered) return settled;
  // Judged whole before anything moves: an answer that turns out to be malformed must not take rows with it.
  const replies = new Map(answer.replies);
  for (const [n, row] of lane.rows) {
    if (n > upTo) break;
    settled.push(judge(row, answer, replies));
  }
  for (const [row] of settled) outbox.remove(row);
  lane.answered = upTo;
  lane.cursor = Math.max(lane.cursor, upTo + 1);
  lane.sentBelow = Math.max(lane.sentBelow, upTo + 1);
  lane.progressAtMs = nowMs;
  return settled;
};

/**
 * Transmits again from the first number without an answer, or from the one the server expects, if it was given. Same numbers: late
 * copies are duplicates.
 */
export const rewind = <Tag>(lane: Lane<Tag>, position = lane.answered): void => {
  lane.cursor = Math.min(Math.max(lane.answered, position) + 1, lane.next);
  lane.flight = lane.flightBytes = 0;
  for (const row of lane.rows.values()) {
    if (!isInFlight(row)) break;
    lane.flight++;
    lane.flightBytes += row.bytes;
  }
};

/**
 * The numbers mean nothing to the server any more: go on under a new producer from 1. Possibly transmitted rows name their
 * original, so that the server decides once; `forgotten` (the server has no record to compare with) settles them `uncertain`. So
 * do borrowed ones: two that name the same original would both be appended, and their owner may come back.
 */
export const restart = <Tag>(
  outbox: Outbox<Tag>,
  lane: Lane<Tag>,
  p: string,
  forgotten: boolean,
  nowMs: number,
): Settled<Tag>[] => {
  const settled: Settled<Tag>[] = [];
  const fresh = freshLane<Tag>(p, nowMs);
  const isLost = forgotten || lane.borrowed;
  for (const row of lane.rows.values()) {
    const sent = possiblySent(row);
    if (row.voided || (sent && isLost)) {
      settled.push([row, (!sent && row.leaving) || { kind: "uncertain" }]);
      outbox.remove(row);
    } else {
      if (sent) row.re ??= { p: lane.p, n: row.n };
      row.n = fresh.next++;
      fresh.rows.set(row.n, row);
    }
  }
  if (!lane.borrowed) outbox.renumber(lane, fresh);
  return settled;
};
