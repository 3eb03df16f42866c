import type { Answer, Json, Position, ProducerAsk, Run, Verdict } from "../../protocol/frames.ts";

/** What a store remembers of one (subject, p, channel). Numbers ≤ n without run or verdict were appended. */
export interface ProducerRecord {
  n: number;
  /** A tombstone: later numbers are refused with CLOSED. */
  closed: boolean;
  readonly runs: [n: number, seq: number, count: number][];
  readonly verdicts: Verdict[];
  /** JSON texts of replies. */
  readonly replies: [n: number, text: string][];
}

export const emptyRecord = (): ProducerRecord => ({
  n: 0,
  closed: false,
  runs: [],
  verdicts: [],
  replies: [],
});

/** Number n became event seq. */
export function addRun(record: ProducerRecord, n: number, seq: number): void {
  const last = record.runs.at(-1);
  if (last && last[0] + last[2] === n && last[1] + last[2] === seq) last[2]++;
  else record.runs.push([n, seq, 1]);
}

export const verdictOf = (record: ProducerRecord, n: number): Verdict | undefined =>
  record.verdicts.findLast(([from, to]) => from <= n && n <= to);

export function seqOf(record: ProducerRecord, n: number): number | undefined {
  const run = record.runs.findLast(([from]) => from <= n);
  return run && n < run[0] + run[2] ? run[1] + n - run[0] : undefined;
}

/** Forgets what lies below the window. Lazily: a few stale entries cost less than moving the rest each time. */
export function forget(record: ProducerRecord, window: number): void {
  const floor = record.n - window;
  drop(record.runs, ([n, , count]) => n + count - 1 <= floor);
  drop(record.verdicts, ([, to]) => to <= floor);
  drop(record.replies, ([n]) => n <= floor);
}

function drop<T>(list: T[], isOver: (entry: T) => boolean): void {
  if (list.length < 64) return;
  let count = 0;
  while (count < list.length && isOver(list[count] as T)) count++;
  if (count >= 32) list.splice(0, count);
}

/** Everything decided in (acked, n], newest state. */
export function answerOf(
  record: ProducerRecord | undefined,
  p: string,
  c: string,
  acked: number,
  head: number,
): Answer {
  if (!record) return { p, c, n: 0, head };
  const runs = above(record.runs, ([n, , count]) => n + count - 1 > acked).map((run) => clip(run, acked));
  const verdicts = above(record.verdicts, ([, to]) => to > acked);
  const replies = above(record.replies, ([n]) => n > acked).map(
    ([n, text]) => [n, JSON.parse(text) as Json] as const,
  );
  return {
    p,
    c,
    n: record.n,
    head,
    ...(runs.length > 0 && { runs }),
    ...(verdicts.length > 0 && { verdicts }),
    ...(replies.length > 0 && { replies }),
  };
}

function above<T>(list: readonly T[], isAbove: (entry: T) => boolean): readonly T[] {
  let from = list.length;
  while (from > 0 && isAbove(list[from - 1] as T)) from--;
  return list.slice(from);
}

function clip([n, seq, count]: Run, acked: number): Run {
  const cut = Math.max(0, acked + 1 - n);
  return [n + cut, seq + cut, count - cut];
}

/** What a resume or claim learns about one producer, from committed state. */
export function positionOf(
  ask: ProducerAsk,
  record: ProducerRecord | undefined,
  isKnown: boolean,
  head: number,
): Position {
  const answer = answerOf(record, ask.p, ask.c, ask.acked, head);
  return {
    ...answer,
    n: record || isKnown ? answer.n : null,
    ...(ask.acked > answer.n && { rolledBack: true as const }),
  };
}

export const cloneRecord = (record: ProducerRecord): ProducerRecord => ({
  n: record.n,
  closed: record.closed,
  runs: record.runs.map((run) => [...run]),
  verdicts: [...record.verdicts],
  replies: [...record.replies],
});
