import type { Continuity, Message } from "../../src/client/message.ts";
import type { Settlement } from "../../src/client/receipt.ts";
import type { Ledger, Sent } from "./ledger.ts";

/** I1 acked and lost · I2 twice · I3 order · I4 memory · I6 does not recover · I8 silent or false · S sockets. */
export type Invariant = "I1" | "I2" | "I3" | "I4" | "I6" | "I8" | "S";
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
}

/** Within an epoch every seq is seen once and in order, or `lost` or `snapshot` comes first; nothing is seen that is not in the log. */
export const checkDelivery = (
  channel: string,
  startsAt: number | undefined,
  ledger: Ledger,
  report: Report,
): DeliveryCheck => {
  let last = startsAt;
  /** After `lost` with a count: where the next event must stand, unless the log was rolled back since. */
  let promised: { readonly seq: number; readonly rollbacks: number } | null = null;
  return {
    last: () => last,
    received: ({ seq, data, id }) => {
      const { m } = data as { m: number };
      if (seq === undefined) return report("I2", `${channel}: event ${id} without a seq`);
      if (!ledger.wasCommitted(channel, seq, m))
        report("I2", `${channel}#${seq} m${m} was delivered and never committed`);
      if (promised && promised.rollbacks === ledger.rollbacks() && seq !== promised.seq)
        report("I8", `${channel}: told that ${promised.seq} comes next, got ${seq}`);
      promised = null;
      if (last !== undefined && seq <= last)
        report("I2", `${channel}#${seq} was delivered after #${last} in silence`);
      if (last !== undefined && seq > last + 1)
        report("I8", `${channel}#${last + 1}…${seq - 1} were skipped in silence`);
      last = seq;
    },
    told: ({ result, missed, state }) => {
      if (result !== "lost" && result !== "snapshot") return;
      promised =
        missed !== undefined && last !== undefined
          ? { seq: last + missed + 1, rollbacks: ledger.rollbacks() }
          : null;
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

/** A page is a piece of the log: without a hole, up to where it was asked for; where nothing is trimmed, as long as asked. */
export const checkPage = (
  { channel, before = Infinity, limit, rollbacks, head }: PageAsked,
  page: readonly Message[],
  ledger: Ledger,
  mayBeTrimmed: boolean,
  report: Report,
): void => {
  const seqs = page.map(({ seq = 0 }) => seq);
  for (const [i, { seq = 0, data }] of page.entries()) {
    const { m } = data as { m: number };
    if (!ledger.wasCommitted(channel, seq, m))
      report("I2", `history: ${channel}#${seq} m${m} was never committed`);
    if (i > 0 && seq !== (seqs[i - 1] ?? 0) + 1)
      report("I8", `history of ${channel} has a hole before #${seq}`);
  }
  if (page.length > limit)
    report("I4", `history of ${channel}: ${page.length} events for a limit of ${limit}`);
  if (rollbacks !== ledger.rollbacks() || mayBeTrimmed) return;
  const last = seqs.at(-1) ?? 0;
  if (before <= head + 1 && last !== before - 1)
    report("I8", `history of ${channel} before ${before} ends at ${last}`);
  if (page.length < Math.min(limit, last)) report("I8", `history of ${channel} up to ${last} is too short`);
};

/** At the moment a message settles, where nothing was ever rolled back: the log must agree at once. */
export const checkSettlement = (sent: Sent, settlement: Settlement, ledger: Ledger, report: Report): void => {
  if (sent.settlement) report("I8", `m${sent.m} settled twice`);
  if (ledger.rollbacks() > 0) return;
  const place = ledger.log(sent.channel).find((entry) => entry.m === sent.m);
  if (settlement.kind === "acked") {
    if (!place) report("I1", `m${sent.m} was acked and is not in the log`);
    else if (settlement.seq !== undefined && settlement.seq !== place.seq)
      report("I8", `m${sent.m} was acked at ${settlement.seq} and stands at ${place.seq}`);
    else if (settlement.seqAtMost !== undefined && settlement.seqAtMost < place.seq)
      report("I8", `m${sent.m} was acked at most at ${settlement.seqAtMost} and stands at ${place.seq}`);
  }
};

export interface EndOptions {
  readonly ledger: Ledger;
  /** `lost` events of the client: acknowledged messages it says are gone, per channel. */
  readonly signalled: (channel: string) => number;
  readonly mayBeUncertain: boolean;
  readonly report: Report;
}

/** After healing. With rollbacks, only what PROTOCOL.md says that it cannot be promised is forgiven. */
export const checkEnd = ({ ledger, signalled, mayBeUncertain, report }: EndOptions): void => {
  const rolled = ledger.rollbacks() > 0;
  const gone = new Map<string, number>();
  for (const sent of ledger.sent) {
    const { settlement, m, channel } = sent;
    const place = ledger.log(channel).find((entry) => entry.m === m);
    if (!settlement) {
      report("I6", `m${m} never settled`);
      continue;
    }
    if (landed(settlement) && !place) {
      if (!rolled) report("I1", `m${m} was acked and is not in the log`);
      // A producer that one rollback ended does not hear of the next: nobody claims its position any more.
      if (ledger.orphaned.has(m)) continue;
      gone.set(channel, (gone.get(channel) ?? 0) + 1);
    }
    if (settlement.kind === "uncertain" && !mayBeUncertain && !rolled)
      report("I8", `m${m} is uncertain without a reason`);
    if (
      denied(settlement) &&
      place &&
      !ledger.sendsOf(m).some((one) => one.settlement && !denied(one.settlement))
    ) {
      // A verdict that was rolled back can be followed by a late copy of its message.
      const verdictMayBeGone = rolled && (sent.settledAfterRollbacks ?? 0) < ledger.rollbacks();
      if (!verdictMayBeGone)
        report("I8", `m${m} settled ${settlement.kind} and stands in the log at ${place.seq}`);
    }
  }
  for (const [channel, count] of gone)
    if (count > signalled(channel))
      report("I8", `${channel}: ${count} acked messages are gone, ${signalled(channel)} were signalled`);
};

/** Per channel the log holds one sender's messages in the order of sending. */
export const checkOrder = (ledger: Ledger, channels: readonly string[], report: Report): void => {
  const orders = new Map(ledger.sent.map((sent, order) => [sent.m, order]));
  const shared = new Set(ledger.sent.filter(({ m }) => ledger.sendsOf(m).length > 1).map(({ m }) => m));
  for (const channel of channels) {
    let highest = -1;
    for (const { m, seq } of ledger.log(channel)) {
      const order = orders.get(m);
      // A key sent twice stands where its first copy landed; a copy of what was acked and rolled back may come late.
      if (order === undefined || shared.has(m) || ledger.removed.has(m)) continue;
      if (order < highest) report("I3", `${channel}#${seq}: m${m} stands behind a later message`);
      highest = Math.max(highest, order);
    }
  }
};
