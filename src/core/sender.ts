/** How the rows of a lane travel and how the server's answers move it. PROTOCOL.md §5. */
import type { Answer, Verdict } from "../protocol/frames.ts";
import { freshLane, type Lane, type Outbox, possiblySent, type Row } from "./outbox.ts";
import type { Settlement } from "./settlement.ts";
import { utf8Bytes } from "./utf8Bytes.ts";

export type Settled<Tag> = readonly [Row<Tag>, Settlement];

export interface SendLimits {
  /** Never a number above answered + window: the server keeps verdicts that far back. */
  readonly window: number;
  readonly windowBytes: number;
  /** Producers and rows older than this say so. */
  readonly maxAgeMs: number;
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
  limits: SendLimits,
  nowMs: number,
): Packed | null => {
  const last = Math.min(lane.next - 1, lane.answered + limits.window);
  const start = lane.cursor;
  if (lane.paused || start > last || lane.flightBytes >= limits.windowBytes) return null;
  if (lane.answered === start - 1) lane.progressAtMs = nowMs;
  const old = nowMs - lane.createdAtMs > limits.maxAgeMs;
  const where = `"c":${JSON.stringify(lane.channel)},"p":"${lane.p}","acked":${lane.answered}${old ? ',"old":true' : ""}`;
  let n = start;
  if (!lane.rows.has(n)) {
    while (n < last && !lane.rows.has(n + 1)) n++;
    const text = `{"t":"skip",${where},"from":${start},"to":${n}}`;
    if (text.length > room && !atLeastOne) return null;
    lane.cursor = n + 1;
    return { text, bytes: text.length };
  }
  const head = `{"t":"pub",${where},"n":${start},"m":[`;
  let bytes = utf8Bytes(head) + 2;
  const items: string[] = [];
  for (
    let row = lane.rows.get(n);
    row && n <= last && lane.flightBytes < limits.windowBytes;
    row = lane.rows.get(++n)
  ) {
    const text = item(row, nowMs - row.queuedAtMs > limits.maxAgeMs);
    const size = text.length - (row.voided ? 0 : (row.body as string).length) + row.bytes + 1;
    if (bytes + size > room && (items.length || !atLeastOne)) break;
    bytes += size;
    lane.flightBytes += row.bytes;
    items.push(text);
  }
  if (!items.length) return null;
  lane.cursor = n;
  lane.sentBelow = Math.max(lane.sentBelow, n);
  return { text: `${head}${items.join()}]}`, bytes };
};

const judge = <Tag>(row: Row<Tag>, answer: Answer): Settlement => {
  const verdict = answer.verdicts?.find(([from, to]) => row.n >= from && row.n <= to);
  if (verdict) return ofVerdict(row, verdict);
  const run = answer.runs?.find(([n, , count]) => row.n >= n && row.n < n + count);
  return run ? { kind: "acked", seq: run[1] + row.n - run[0] } : { kind: "acked", seqAtMost: answer.head };
};

const ofVerdict = <Tag>(row: Row<Tag>, [, , code, seq, tail]: Verdict): Settlement => {
  // A skipped number settles as what was withdrawn; for a live row it can only mean that a copy of it was withdrawn.
  if (code === "skipped" && row.voided) return { kind: row.voided };
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
  for (const [n, row] of lane.rows) {
    if (n > upTo) break;
    settled.push([row, judge(row, answer)]);
  }
  for (const [row] of settled) {
    if (row.n < lane.cursor) lane.flightBytes -= row.bytes;
    outbox.remove(row);
  }
  lane.answered = upTo;
  lane.cursor = Math.max(lane.cursor, upTo + 1);
  lane.sentBelow = Math.max(lane.sentBelow, upTo + 1);
  lane.progressAtMs = nowMs;
  return settled;
};

/** Transmits again from the first number without an answer, or from the one the server expects. Same numbers: late copies are duplicates. */
export const rewind = <Tag>(lane: Lane<Tag>, position = lane.answered): void => {
  lane.cursor = Math.max(lane.answered, position) + 1;
  lane.flightBytes = 0;
  for (const [n, row] of lane.rows) if (n < lane.cursor) lane.flightBytes += row.bytes;
};

/**
 * The numbers mean nothing to the server any more: go on under a new producer from 1. Possibly transmitted rows name their
 * original, so that the server decides once; `forgotten` (the server has no record to compare with) settles them `uncertain`.
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
  for (const row of lane.rows.values()) {
    const sent = possiblySent(row);
    if (row.voided || (sent && forgotten)) {
      settled.push([row, { kind: "uncertain" }]);
      outbox.remove(row);
    } else {
      const n = fresh.next++;
      const re = sent ? (row.re ?? { p: lane.p, n: row.n }) : null;
      fresh.rows.set(n, { ...row, n, re });
    }
  }
  Object.assign(lane, fresh);
  return settled;
};
