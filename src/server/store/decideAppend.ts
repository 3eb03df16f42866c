import type { AppendBatch, AppendItem, AppendRefusal, AppendResult, LogEvent } from "./LogStore.ts";
import {
  addRun,
  answerOf,
  emptyRecord,
  forget,
  type ProducerRecord,
  seqOf,
  verdictOf,
} from "./producerRecord.ts";

/** The end of a channel's log. */
export interface ChannelRecord {
  seq: number;
  tail: string;
  lam: number;
}

/** The end of a channel without events. */
export const emptyChannel: Readonly<ChannelRecord> = { seq: 0, tail: "", lam: 0 };

/** What the append decision may read and change; each store backs it with its own transaction. */
export interface AppendView {
  readonly epoch: string;
  /** To read; a channel that does not exist is empty, and is not made by asking. */
  readonly head: (channel: string) => Readonly<ChannelRecord>;
  /** To append to: made where it does not exist. */
  readonly channel: (channel: string) => ChannelRecord;
  readonly producer: (subject: string, p: string, channel: string) => ProducerRecord | undefined;
  /** Whether (subject, p) has a record on any channel; tombstones do not count. */
  readonly knows: (subject: string, p: string) => boolean;
  readonly keep: (subject: string, p: string, channel: string, record: ProducerRecord) => void;
  readonly push: (event: LogEvent, n: number | undefined) => void;
  readonly key: (channel: string, subject: string, key: string) => KeyRecord | undefined;
  readonly keepKey: (channel: string, subject: string, key: string, record: KeyRecord) => void;
  /** False when the subject has used up its keys. */
  readonly hasRoomForKey: (subject: string) => boolean;
  readonly mintTail: () => string;
  readonly wallMs: () => number;
}

/** A caller-given key: what it was used for, and the place of that. */
export interface KeyRecord {
  readonly hash: string;
  readonly seq: number;
  readonly tail: string;
}

type Message = Extract<AppendItem, { readonly kind: "message" }>;
type Numbered = Exclude<AppendItem, { readonly kind: "skip" | "probe" }>;

const firstOf = (item: AppendItem): number => ("from" in item ? item.from : item.n);
const lastOf = (item: AppendItem): number => ("to" in item ? item.to : item.n);

/** Applies a batch to one channel, or says where it stopped. Runs inside the store's transaction. */
export function decideAppend(view: AppendView, batch: AppendBatch, window: number): AppendResult {
  const record = view.producer(batch.subject, batch.p, batch.channel);
  const work: Work = {
    view,
    batch,
    window,
    record: record ?? emptyRecord(),
    events: [],
    duplicates: 0,
    changed: false,
  };
  const refused = refuseBatch(work, record !== undefined) ?? applyItems(work);
  if (work.changed) {
    forget(work.record, window);
    view.keep(batch.subject, batch.p, batch.channel, work.record);
  }
  const head = view.head(batch.channel).seq;
  const answer = answerOf(work.record, batch.p, batch.channel, batch.acked, head);
  return { answer, events: work.events, duplicates: work.duplicates, ...(refused && { refused }) };
}

interface Work {
  readonly view: AppendView;
  readonly batch: AppendBatch;
  readonly window: number;
  readonly record: ProducerRecord;
  readonly events: LogEvent[];
  duplicates: number;
  changed: boolean;
}

function refuseBatch({ view, batch, record }: Work, hasRecord: boolean): AppendRefusal | undefined {
  const [first] = batch.items;
  const n = first ? firstOf(first) : 0;
  if (record.n < batch.acked) return { code: "ROLLED_BACK", n, pos: record.n };
  if (batch.old && !hasRecord && !view.knows(batch.subject, batch.p))
    return { code: "UNKNOWN_PRODUCER", n, pos: 0 };
  return undefined;
}

function applyItems(work: Work): AppendRefusal | undefined {
  const { record } = work;
  for (const item of work.batch.items) {
    const from = firstOf(item);
    const to = lastOf(item);
    work.duplicates += Math.max(0, Math.min(to, record.n) - from + 1);
    if (to <= record.n) continue;
    if (record.closed) return { code: "CLOSED", n: Math.max(from, record.n + 1), pos: record.n };
    if (from > record.n + 1 || item.kind === "probe")
      return { code: "GAP", n: Math.max(from, record.n + 1), pos: record.n };
    if (item.kind === "skip") record.verdicts.push([record.n + 1, to, "skipped"]);
    else decideNumber(work, item);
    record.n = to;
    work.changed = true;
  }
  return undefined;
}

function decideNumber(work: Work, item: Numbered): void {
  const { record } = work;
  const { n } = item;
  const earlier = item.re && decideOriginal(work, item.re, item.old === true);
  if (earlier) record.verdicts.push([n, n, ...earlier]);
  else if (item.kind === "void") record.verdicts.push([n, n, "skipped"]);
  else if (item.kind === "reject") record.verdicts.push([n, n, `rejected:${item.code}`]);
  else decideMessage(work, item);
}

type Earlier = readonly [code: string, seq?: number, tail?: string];

/** How the same row ended under its earlier producer; if it did not, that producer is closed for good. */
function decideOriginal(
  work: Work,
  re: { readonly p: string; readonly n: number },
  old: boolean,
): Earlier | undefined {
  const { view, batch, window } = work;
  const record = view.producer(batch.subject, re.p, batch.channel);
  const unknown = !record && !view.knows(batch.subject, re.p);
  if (unknown && old) return ["uncertain"];
  const original = record ?? emptyRecord();
  if (re.n > original.n) {
    original.closed = true;
    view.keep(batch.subject, re.p, batch.channel, original);
    return undefined;
  }
  if (re.n <= original.n - window) return ["uncertain"];
  const verdict = verdictOf(original, re.n);
  if (verdict) return verdict.slice(2) as unknown as Earlier;
  const seq = seqOf(original, re.n);
  return seq === undefined ? ["dup"] : ["dup", seq];
}

function decideMessage(work: Work, item: Message): void {
  const { view, batch, record } = work;
  const { n } = item;
  const channel = view.head(batch.channel);
  if (item.keyHash !== undefined) {
    const used = view.key(batch.channel, batch.subject, item.id);
    if (used) {
      record.verdicts.push(
        used.hash === item.keyHash ? [n, n, "dup", used.seq] : [n, n, "rejected:KEY_REUSED"],
      );
      return;
    }
    if (!view.hasRoomForKey(batch.subject)) {
      record.verdicts.push([n, n, "rejected:KEY_LIMIT"]);
      return;
    }
  }
  if (item.expected && (item.expected.seq !== channel.seq || item.expected.tail !== channel.tail)) {
    record.verdicts.push([n, n, "rejected:CONFLICT", channel.seq, channel.tail]);
    return;
  }
  const event = extend(view, batch.channel, batch.lam, {
    d: item.d,
    id: item.id,
    subject: batch.subject,
    p: batch.p,
  });
  view.push(event, n);
  work.events.push(event);
  addRun(record, n, event.seq);
  if (item.keyHash !== undefined) keepKey(view, event, item.keyHash);
  if (item.reply !== undefined) record.replies.push([n, item.reply]);
}

/** Remembers that the `id` of an event was chosen by its sender. */
export const keepKey = (view: AppendView, event: LogEvent, hash: string): void =>
  view.keepKey(event.channel, event.subject ?? SERVER, event.id ?? "", {
    hash,
    seq: event.seq,
    tail: event.tail,
  });

/** The server's keys live in a namespace of their own: no user is called ''. */
export const SERVER = "";

/** Moves the end of the channel's log by one event. */
export function extend(
  view: AppendView,
  channel: string,
  lam: number,
  content: Pick<LogEvent, "d" | "id" | "subject" | "p">,
): LogEvent {
  const head = view.channel(channel);
  const event: LogEvent = {
    channel,
    epoch: view.epoch,
    seq: head.seq + 1,
    tail: view.mintTail(),
    prev: head.tail,
    lam: Math.max(head.lam, lam) + 1,
    storedAt: view.wallMs(),
    ...content,
  };
  head.seq = event.seq;
  head.tail = event.tail;
  head.lam = event.lam;
  return event;
}
