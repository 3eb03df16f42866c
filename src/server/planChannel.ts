import type { ChannelAsk, ChannelStatus, ChannelVerdict, Cursor } from "../protocol/frames.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import type { ServerContext } from "./context.ts";
import { decideResume, isSnapshotInLog } from "./decideResume.ts";
import { settlesWithin } from "./settlesWithin.ts";
import type { LogSlice } from "./store/LogStore.ts";
import { describeError } from "./describeError.ts";

/** What will be sent for one channel, decided before anything of it is sent. */
export interface ChannelPlan {
  readonly verdict: ChannelVerdict;
  /** Where the events begin, after the snapshot if there is one. Absent: nothing follows. */
  readonly cursor?: Cursor;
  /** Read from the cursor's seq inclusive. */
  readonly slice?: LogSlice;
  /** JSON text of the state at `cursor`. */
  readonly snapshot?: string;
}

export type SnapshotSource = (channel: string) => Promise<{ readonly text: string; readonly cursor: Cursor }>;

export type PlanContext = Pick<
  ServerContext,
  "rights" | "limits" | "clock" | "dice" | "store" | "metrics" | "log"
> & {
  readonly snapshot: SnapshotSource | undefined;
};

/** A log that does not answer in this time is bypassed. */
const FETCH_MS = 500;
export const PAGE = 512;

/** The resume decision for one channel: rights first, then the table, then the snapshot's own place. Never rejects. */
export async function planChannel(
  context: PlanContext,
  subject: string,
  ask: ChannelAsk,
  isGone = () => false,
): Promise<ChannelPlan> {
  const { c } = ask;
  try {
    // The same answer for a channel that does not exist and one that is not allowed.
    if (!(await context.rights.may(subject, "read", c)))
      return only({ c, epoch: "", head: 0, tail: "", status: "denied" });
    // Asked for again or left meanwhile: a flood of such must not read the log.
    if (isGone()) return only({ c, epoch: "", head: 0, tail: "", status: "denied" });
    const plan = await ("since" in ask ? planFresh(context, ask) : planCursor(context, ask));
    context.metrics.count(metricNames.resumes, 1, plan.verdict.status);
    return plan;
  } catch (error) {
    context.log("error", "STORE_UNAVAILABLE", { during: "resume", error: describeError(error) });
    return retryLater(context, c, "store_unavailable");
  }
}

const only = (verdict: ChannelVerdict): ChannelPlan => ({ verdict });

function retryLater({ dice, metrics }: PlanContext, c: string, reason: string): ChannelPlan {
  metrics.count(metricNames.resumes, 1, "lost");
  const retryAfterMs = Math.ceil(1000 * (1 + dice.roll()));
  return only({ c, epoch: "", head: 0, tail: "", status: "lost", reason, retryAfterMs });
}

function verdictOf(
  c: string,
  end: LogSlice | Cursor,
  status: ChannelStatus,
  reason?: string,
): ChannelVerdict {
  const { epoch, seq: head, tail } = end;
  return { c, epoch, head, tail, status, ...(reason !== undefined && { reason }) };
}

/** The events are gone for this client: it continues at the head. */
function lost(c: string, end: Cursor, reason: string): ChannelPlan {
  const cursor = { epoch: end.epoch, seq: end.seq, tail: end.tail };
  return { verdict: verdictOf(c, end, "lost", reason), cursor };
}

async function planFresh(
  context: PlanContext,
  { c, since }: Extract<ChannelAsk, { readonly since: unknown }>,
): Promise<ChannelPlan> {
  const { store, limits } = context;
  const head = await store.head(c);
  const cursor = { epoch: head.epoch, seq: head.seq, tail: head.tail };
  if (since === "now") return { verdict: verdictOf(c, cursor, "live"), cursor };
  if (since === "snapshot") return planSnapshot(context, c, head, undefined);
  const from = Math.max(0, head.seq - Math.min(since.last, limits.maxGap));
  const slice = await store.read(c, from, PAGE);
  const start = placeBefore(slice, from);
  return { verdict: verdictOf(c, slice, "delta"), cursor: start, slice };
}

/** The place at `seq`, or before the oldest stored event. */
function placeBefore(slice: LogSlice, seq: number): Cursor {
  const { epoch } = slice;
  const [first] = slice.events;
  if (!first) return { epoch, seq: slice.seq, tail: slice.tail };
  return first.seq === seq
    ? { epoch, seq, tail: first.tail }
    : { epoch, seq: first.seq - 1, tail: first.prev };
}

async function planCursor(
  context: PlanContext,
  ask: Extract<ChannelAsk, { readonly epoch: string }>,
): Promise<ChannelPlan> {
  const { store, clock, limits, metrics } = context;
  const { c, epoch, seq, tail } = ask;
  const abort = new AbortController();
  const slice = await settlesWithin(clock, FETCH_MS, store.read(c, seq, PAGE, abort.signal));
  if (slice === undefined) {
    abort.abort();
    return planSlow(context, c);
  }
  const decision = decideResume({ epoch, seq, tail }, slice, limits.maxGap);
  if (decision.status === "delta") {
    metrics.observe(metricNames.gapSize, slice.seq - seq);
    return { verdict: verdictOf(c, slice, "delta"), cursor: { epoch, seq, tail }, slice };
  }
  if (decision.reason === "ahead_of_server" || decision.reason === "forked")
    metrics.count(metricNames.anomalies, 1, decision.reason);
  return planSnapshot(context, c, slice, decision.reason);
}

/** The log is slow: a snapshot from its own source may still do, checked against the log within the same patience. */
async function planSlow(context: PlanContext, c: string): Promise<ChannelPlan> {
  const plan = context.snapshot && planSnapshot(context, c, undefined, "log_slow");
  return (plan && (await settlesWithin(context.clock, FETCH_MS, plan))) ?? retryLater(context, c, "log_slow");
}

async function planSnapshot(
  context: PlanContext,
  c: string,
  end: Cursor | undefined,
  reason: string | undefined,
): Promise<ChannelPlan> {
  const { store, snapshot, log } = context;
  const lostReason = reason ?? "no_snapshot";
  if (!snapshot) return lost(c, end ?? (await store.head(c)), lostReason);
  try {
    const { text, cursor } = await snapshot(c);
    const slice = await store.read(c, cursor.seq, PAGE);
    if (!isSnapshotInLog(cursor, slice)) return lost(c, slice, lostReason);
    return { verdict: verdictOf(c, slice, "snapshot", reason), cursor, slice, snapshot: text };
  } catch (error) {
    log("error", "SNAPSHOT_FAILED", { channel: c, error: describeError(error) });
    return lost(c, end ?? (await store.head(c)), lostReason);
  }
}
