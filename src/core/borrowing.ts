/** What another boot left, and how much of it this one may take over. */
import { isName } from "../protocol/isName.ts";
import { isNumber, isOrigin, isPlace, isProducer } from "../protocol/places.ts";
import { isAbsentOr, isCount } from "../protocol/shape.ts";
import type { BorrowedLane } from "./lane.ts";
import type { StoredOutbox, StoredRow } from "./ports/outboxStorage.ts";
import { utf8Bytes } from "./utf8Bytes.ts";

export interface BorrowTerms<Tag> {
  /** Of the clock that the core counts by. */
  readonly nowMs: number;
  /** Unix ms of the same moment. */
  readonly wallMs: number;
  readonly maxAgeMs: number;
  /** Rows at most. */
  readonly limit: number;
  /** What another producer must be answered on first is not taken. */
  readonly mayTake: (channel: string) => boolean;
  /** The payload, and its JSON text of today; undefined: it cannot be read here and now, and stays where it is. */
  readonly read: (row: StoredRow) => { readonly body: string; readonly payload: unknown } | undefined;
  readonly tag: (id: string) => Tag;
}

const isHow = (value: unknown): boolean => value === "aborted" || value === "expired";
/** What was written by who knows whom: a server that is told what makes no sense ends the connection for good. */
const isSound = ({ p, channel, n, id, body, queuedAt, expiresAt, ...row }: StoredRow): boolean =>
  isProducer(p) &&
  isName(channel) &&
  isNumber(n) &&
  isName(id, 128) &&
  (body === null || typeof body === "string") &&
  // Neither is NaN.
  queuedAt <= expiresAt &&
  isAbsentOr(row.expected, isPlace) &&
  isAbsentOr(row.re, isOrigin) &&
  isAbsentOr(row.voided, isHow);

/**
 * The lanes of a producer, each up to the first row that cannot be taken: a number left out in between would count as one that will
 * never come.
 */
export const toBorrow = <Tag>(stored: StoredOutbox, terms: BorrowTerms<Tag>): BorrowedLane<Tag>[] => {
  const { nowMs, wallMs, maxAgeMs, mayTake } = terms;
  const [producer] = stored.producers;
  /** The wall clock may have been put back meanwhile: nothing is from the future, or lives longer than it may. */
  const agoMs = (at: number): number => nowMs - Math.max(0, wallMs - at);
  let room = terms.limit;

  const take = (row: StoredRow): BorrowedLane<Tag>["rows"][number] | undefined => {
    // A void travels without its payload.
    const isWhole = isSound(row);
    const content =
      isWhole && row.voided
        ? { body: "", payload: undefined }
        : terms.read(isWhole ? row : { ...row, body: null });
    if (!content || room-- <= 0) return undefined;
    const queuedAtMs = agoMs(row.queuedAt);
    const expiresAtMs = queuedAtMs + Math.min(maxAgeMs, row.expiresAt - row.queuedAt);
    return {
      n: row.n,
      channel: row.channel,
      id: row.id,
      ...content,
      bytes: utf8Bytes(content.body),
      queuedAtMs,
      expiresAtMs,
      keyed: row.keyed,
      expected: row.expected,
      tag: terms.tag(row.id),
      re: row.re ?? null,
      // Its page may have said so already, and was gone before that was stored.
      voided: row.voided ?? (expiresAtMs <= nowMs ? "expired" : null),
    };
  };

  const channels = [...new Set(stored.rows.map(({ channel }) => channel))].filter(mayTake);
  return channels.flatMap((channel) => {
    const { next: nextStored = 0, answered = 0 } =
      stored.counters.find((one) => one.channel === channel && isCount(one.next) && isCount(one.answered)) ??
      {};
    // What is answered is over, whoever wrote it again.
    const all = stored.rows.filter((row) => row.channel === channel && !(row.n <= answered));
    const rows = [];
    for (const row of all) {
      const taken = take(row);
      if (!taken) break;
      rows.push(taken);
    }
    const last = rows.at(-1);
    if (!last) return [];
    const { p } = all[0] as StoredRow;
    const next = Math.max(last.n + 1, rows.length < all.length ? 0 : nextStored);
    const createdAtMs = agoMs(producer?.createdAt ?? wallMs);
    return [{ p, channel, createdAtMs, next, answered, rows }];
  });
};
