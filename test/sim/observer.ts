import type { Continuity, Message } from "../../src/client/message.ts";
import type { Reply } from "../../src/client/reply.ts";
import type { Settlement } from "../../src/client/receipt.ts";
import type { Entry, Ledger, Sent } from "./ledger.ts";

/** I1 acked and lost · I2 twice · I3 order · I4 memory · I5 two leaders · I6 does not recover · I7 of another user · I8 silent or false · S sockets. */
export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7" | "I8" | "S";
export interface Violation {
  readonly invariant: Invariant;
  readonly text: string;
}
export type Report = (invariant: Invariant, text: string) => void;

const landed = (settlement: Settlement): boolean => settlement.kind === "acked";
const denied = (settlement: Settlement): boolean =>
  ["rejected", "aborted", "expired", "evicted"].includes(settlement.kind);

/** What one subscription may be given next. */
export interface DeliveryCheck {
  readonly received: (message: Message) => void;
  readonly told: (continuity: Continuity) => void;
  readonly last: () => number | undefined;
  /** Whether nothing is missing up to here. */
  readonly isAt: (head: number) => boolean;
  /** After `lost`, until something comes: everything up to here counts as missed. -1: nothing. */
  readonly toldUpTo: () => number;
}

export interface DeliveryOptions {
  readonly channel: string;
  readonly startsAt: number | undefined;
  readonly ledger: Ledger;
  readonly report: Report;
  /** Whether the filter leaves the payload out. */
  readonly hides: (m: number) => boolean;
}

/** Within an epoch every seq is seen once and in order, or `lost` or `snapshot` comes first; nothing is seen that is not in the log. */
export const checkDelivery = ({
  channel,
  startsAt,
  ledger,
  report,
  hides,
}: DeliveryOptions): DeliveryCheck => {
  let last = startsAt;
  /** After `lost` with a count: where the next event must stand, unless the log was rolled back since. */
  let promised: { readonly after: number; readonly seq: number; readonly rollbacks: number } | null = null;
  /** What stands between, and is not hidden. */
  const leftOut = (from: number, below: number): number[] =>
    Array.from({ length: Math.max(0, below - from) }, (_, i) => from + i).filter(
      (seq) => !ledger.ever(channel, seq).some(hides),
    );
  /** The count began at the place the client stood at, which hidden events may have moved beyond what was seen. */
  const keeps = (
    { after, seq: next }: { readonly after: number; readonly seq: number },
    seq: number,
  ): boolean => seq >= next && seq - next <= seq - after - 1 - leftOut(after + 1, seq).length;
  /** Where the log ended when `lost` came, or just before: nobody need see what it covers. */
  let missedUpTo = -1;
  const toldUpTo = (): number => (promised ? promised.seq - 1 : missedUpTo);
  return {
    last: () => last,
    isAt: (head) => {
      const at = last ?? toldUpTo();
      return at <= head && leftOut(at + 1, head + 1).length === 0;
    },
    toldUpTo,
    received: ({ seq, data, id }) => {
      const { m } = data as { m: number };
      if (seq === undefined) return report("I2", `${channel}: event ${id} without a seq`);
      if (!ledger.wasCommitted(channel, seq, m))
        report("I2", `${channel}#${seq} m${m} was delivered and never committed`);
      if (promised?.rollbacks === ledger.rollbacks() && !keeps(promised, seq))
        report("I8", `${channel}: told that ${promised.seq} comes next, got ${seq}`);
      promised = null;
      missedUpTo = -1;
      if (last !== undefined && seq <= last)
        report("I2", `${channel}#${seq} was delivered after #${last} in silence`);
      const skipped = last === undefined ? [] : leftOut(last + 1, seq);
      if (skipped.length) report("I8", `${channel}#${skipped.join()} were skipped in silence`);
      last = seq;
    },
    told: ({ result, missed, state }) => {
      if (result !== "lost" && result !== "snapshot") return;
      promised =
        missed !== undefined && last !== undefined
          ? { after: last, seq: last + missed + 1, rollbacks: ledger.rollbacks() }
          : null;
      missedUpTo = result === "lost" ? (ledger.log(channel).at(-1)?.seq ?? -1) : -1;
      last = result === "snapshot" ? (state as { readonly seq: number }).seq : undefined;
    },
  };
};

/** What `history` was asked for, and when. */
export interface PageAsked {
  readonly channel: string;
  readonly before: number | undefined;
  readonly limit: number;
  readonly rollbacks: number;
  /** Where the log ended then. */
  readonly head: number;
}

export interface PageOptions extends Pick<DeliveryOptions, "ledger" | "report" | "hides"> {
  /** Events may be trimmed or hidden. */
  readonly mayBeShort: boolean;
}

/** A page is a piece of the log: without a hole, up to where it was asked for; where nothing is trimmed or hidden, as long as asked. */
export const checkPage = (
  { channel, before = Infinity, limit, rollbacks, head }: PageAsked,
  page: readonly Message[],
  { ledger, report, hides, mayBeShort }: PageOptions,
): void => {
  const seqs = page.map(({ seq = 0 }) => seq);
  for (const [i, { seq = 0, data }] of page.entries()) {
    const { m } = data as { m: number };
    if (!ledger.wasCommitted(channel, seq, m))
      report("I2", `history: ${channel}#${seq} m${m} was never committed`);
    if (hides(m)) report("I7", `history: ${channel}#${seq} m${m} is hidden`);
    const previous = seqs[i - 1] ?? seq - 1;
    if (seq <= previous) report("I3", `history of ${channel}: #${seq} behind #${previous}`);
    for (let gone = previous + 1; gone < seq; gone++)
      if (!ledger.ever(channel, gone).some(hides)) report("I8", `history of ${channel} leaves out #${gone}`);
  }
  if (page.length > limit)
    report("I4", `history of ${channel}: ${page.length} events for a limit of ${limit}`);
  if (rollbacks !== ledger.rollbacks() || mayBeShort) return;
  const last = seqs.at(-1) ?? 0;
  if (before <= head + 1 && last !== before - 1)
    report("I8", `history of ${channel} before ${before} ends at ${last}`);
  if (page.length < Math.min(limit, last)) report("I8", `history of ${channel} up to ${last} is too short`);
};

const standsBehind = (
  { seq, tail }: { readonly seq: number; readonly tail: string },
  at: number,
  log: readonly Entry[],
): boolean => at === seq + 1 && (seq === 0 || log.some((entry) => entry.seq === seq && entry.tail === tail));

/** At the moment a message settles, where nothing was ever rolled back: the log must agree at once. */
export const checkSettlement = (sent: Sent, settlement: Settlement, ledger: Ledger, report: Report): void => {
  if (sent.settlement) report("I8", `m${sent.m} settled twice`);
  if (ledger.rollbacks() > 0) return;
  const place = ledger.log(sent.channel).find((entry) => entry.m === sent.m);
  if (settlement.kind === "acked") {
    if (!place) report("I1", `m${sent.m} was acked and is not in the log`);
    else if (sent.expected && !standsBehind(sent.expected, place.seq, ledger.log(sent.channel)))
      report("I8", `m${sent.m} was to stand behind #${sent.expected.seq} and stands at #${place.seq}`);
    else if (settlement.seq !== undefined && settlement.seq !== place.seq)
      report("I8", `m${sent.m} was acked at ${settlement.seq} and stands at ${place.seq}`);
    else if (settlement.seqAtMost !== undefined && settlement.seqAtMost < place.seq)
      report("I8", `m${sent.m} was acked at most at ${settlement.seqAtMost} and stands at ${place.seq}`);
  }
};

export interface ReplyOptions extends Pick<DeliveryOptions, "ledger" | "report"> {
  readonly m: number;
  readonly settled: Promise<Settlement>;
  readonly reply: Promise<Reply>;
}

/** The server's app answers a message with its own payload, but every third with nothing. */
export const replyTo = (m: number): { readonly m: number } | undefined => (m % 3 ? { m } : undefined);

/** What `request` resolves with is the reply to this message; what it rejects with is true of its settlement. */
export const checkReply = async ({ m, settled, reply, ledger, report }: ReplyOptions): Promise<void> => {
  try {
    const { data, seq } = await reply;
    if (JSON.stringify(data) !== JSON.stringify(replyTo(m)))
      report("I7", `request m${m} got ${JSON.stringify(data)}`);
    const settlement = await settled;
    if (settlement.kind !== "acked" || settlement.seq !== seq)
      report("I8", `request m${m} got a reply at ${seq} and settled ${JSON.stringify(settlement)}`);
  } catch (error) {
    const { code } = error as { readonly code: string };
    if (code === "REPLY_TIMEOUT") return;
    if (code !== "MESSAGE_NOT_ACKED" && code !== "REPLY_GONE") throw error;
    const { kind, ...more } = await settled;
    const gone = code === "REPLY_GONE";
    if ((kind === "acked") !== gone) report("I8", `request m${m} ended ${code} and settled ${kind}`);
    // A verdict that is still kept has its reply.
    if (gone && "seq" in more && more.seq !== undefined && ledger.rollbacks() === 0)
      report("I8", `the reply to m${m} is gone, and its verdict is known`);
  }
};

export interface EndOptions {
  readonly ledger: Ledger;
  /** Whether the boot is there at the end: what was to be told to another, nobody heard. */
  readonly isHere: (by: string) => boolean;
  /** `lost` events of a client: acknowledged messages it says are gone, per channel. */
  readonly signalled: (tab: string, channel: string) => number;
  readonly mayBeUncertain: boolean;
  readonly report: Report;
}

/** After healing. With rollbacks, only what PROTOCOL.md says that it cannot be promised is forgiven. */
export const checkEnd = ({ ledger, isHere, signalled, mayBeUncertain, report }: EndOptions): void => {
  const rolled = ledger.rollbacks() > 0;
  const gone = new Map<string, number>();
  for (const sent of ledger.sent) {
    const { settlement, m, channel } = sent;
    const place = ledger.log(channel).find((entry) => entry.m === m);
    if (!settlement) {
      if (isHere(sent.by)) report("I6", `m${m} never settled`);
      continue;
    }
    if (landed(settlement) && !place) {
      if (!rolled) report("I1", `m${m} was acked and is not in the log`);
      // A producer that one rollback ended does not hear of the next: nobody claims its position any more.
      if (ledger.orphaned.has(m) || !isHere(sent.by)) continue;
      const lane = JSON.stringify([sent.by, channel]);
      gone.set(lane, (gone.get(lane) ?? 0) + 1);
    }
    if (settlement.kind === "uncertain" && !mayBeUncertain && !rolled)
      report("I8", `m${m} is uncertain without a reason`);
    if (
      denied(settlement) &&
      place &&
      !ledger.sendsOf(m).some((one) => !one.settlement || !denied(one.settlement))
    ) {
      // A verdict that was rolled back can be followed by a late copy of its message.
      const verdictMayBeGone = rolled && (sent.settledAfterRollbacks ?? 0) < ledger.rollbacks();
      if (!verdictMayBeGone)
        report("I8", `m${m} settled ${settlement.kind} and stands in the log at ${place.seq}`);
    }
  }
  for (const [lane, count] of gone) {
    const told = signalled(...(JSON.parse(lane) as [string, string]));
    if (count > told) report("I8", `${lane}: ${count} acked messages are gone, ${told} were signalled`);
  }
};

/** Per channel the log holds one sender's messages in the order of sending. */
export const checkOrder = (ledger: Ledger, channels: readonly string[], report: Report): void => {
  const orders = new Map(ledger.sent.map((sent, order) => [sent.m, order]));
  const shared = new Set(ledger.sent.filter(({ m }) => ledger.sendsOf(m).length > 1).map(({ m }) => m));
  for (const channel of channels) {
    const latest = new Map<string, { readonly order: number; readonly unknown: ReadonlySet<number> }>();
    for (const { m, seq } of ledger.log(channel)) {
      const order = orders.get(m);
      const [sent] = ledger.sendsOf(m);
      // A key sent twice stands where its first copy landed; a copy of what was acked and rolled back may come late.
      if (!sent || order === undefined || shared.has(m) || ledger.removed.has(m)) continue;
      const before = latest.get(sent.line);
      if (!before || order > before.order) latest.set(sent.line, { order, unknown: sent.unknown });
      else if (!before.unknown.has(m)) report("I3", `${channel}#${seq}: m${m} stands behind a later message`);
    }
  }
};
