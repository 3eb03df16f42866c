import type { ChannelAsk, ChannelStatus, ChannelVerdict, Cursor } from "../protocol/frames.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import type { Channel } from "./channel.ts";
import type { ServerContext } from "./context.ts";
import { decideResume, isSnapshotInLog } from "./decideResume.ts";
import { FETCH_MS } from "./deltaReader.ts";
import { settlesWithin } from "./settlesWithin.ts";
import type { SnapshotSource } from "./snapshots.ts";
import type { LogSlice } from "./store/LogStore.ts";
import { describeError } from "../core/describeError.ts";

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

export type PlanContext = Pick<
  ServerContext,
  "rights" | "limits" | "clock" | "dice" | "store" | "deltas" | "sight" | "metrics" | "log"
> & {
  readonly snapshot: SnapshotSource | undefined;
};

export interface PlanRequest {
  readonly context: PlanContext;
  readonly subject: string;
  readonly ask: ChannelAsk;
  /** The channel, for who listens to it already. */
  readonly channel?: Channel;
  /** Whether nobody wants the answer any more. */
  readonly isGone?: () => boolean;
}

/** The resume decision for one channel: rights first, then the table, then the snapshot's own place. Never rejects. */
export async function planChannel(request: PlanRequest): Promise<ChannelPlan> {
  const { context, subject, ask, isGone } = request;
  const { c } = ask;
  try {
    // The same answer for a channel that does not exist and one that is not allowed, before the store is asked anything.
    if (!(await context.rights.may(subject, "read", c)))
      return only({ c, epoch: "", head: 0, tail: "", status: "denied" });
    // Asked for again or left meanwhile: a flood of such must not read the log.
    if (isGone?.()) return only({ c, epoch: "", head: 0, tail: "", status: "denied" });
    const plan = await ("since" in ask ? planFresh(request, ask) : planCursor(request, ask));
    context.metrics.count(metricNames.resumes, 1, plan.verdict.status);
    return plan;
  } catch (error) {
    context.log("error", "STORE_UNAVAILABLE", { during: "resume", error: describeError(error) });
    context.metrics.count(metricNames.resumes, 1, "lost");
    return retryLater(context, c, "store_unavailable");
  }
}

const only = (verdict: ChannelVerdict): ChannelPlan => ({ verdict });

/** Nothing is lost yet: the client asks again, not before the log is asked again, and not all at once. */
function retryLater({ dice, deltas }: PlanContext, c: string, reason: string): ChannelPlan {
  const retryAfterMs = Math.ceil(Math.max(1000, deltas.refusesForMs()) + 1000 * dice.roll());
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
  request: PlanRequest,
  { c, since }: Extract<ChannelAsk, { readonly since: unknown }>,
): Promise<ChannelPlan> {
  const { store, limits, deltas } = request.context;
  const head = await store.head(c);
  const cursor = { epoch: head.epoch, seq: head.seq, tail: head.tail };
  if (since === "now") return { verdict: verdictOf(c, cursor, "live"), cursor };
  if (since === "snapshot") return planSnapshot(request, head, undefined);
  const from = Math.max(0, head.seq - Math.min(since.last, limits.maxGap));
  const slice = await deltas.read(c, from, request.channel);
  if (!slice) return retryLater(request.context, c, "log_slow");
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
  request: PlanRequest,
  { c, epoch, seq, tail }: Extract<ChannelAsk, { readonly epoch: string }>,
): Promise<ChannelPlan> {
  const { deltas, limits, metrics } = request.context;
  const slice = await deltas.read(c, seq, request.channel);
  if (!slice) return planUnread(request);
  const decision = decideResume({ epoch, seq, tail }, slice, limits.maxGap);
  const reason = decision.status === "delta" ? undefined : decision.reason;
  if (reason === "ahead_of_server" || reason === "forked") metrics.count(metricNames.anomalies, 1, reason);
  else if (reason !== "epoch_changed") metrics.observe(metricNames.gapSize, slice.seq - seq);
  return reason === undefined
    ? { verdict: verdictOf(c, slice, "delta"), cursor: { epoch, seq, tail }, slice }
    : planSnapshot(request, slice, reason);
}

async function planSnapshot(
  request: PlanRequest,
  end: Cursor,
  reason: string | undefined,
): Promise<ChannelPlan> {
  const { context, ask, subject } = request;
  const { c } = ask;
  const lostReason = reason ?? "no_snapshot";
  if (!context.snapshot) return lost(c, end, lostReason);
  try {
    const taken = await context.snapshot(c, subject);
    if (!taken) return retryLater(context, c, "snapshot_busy");
    const { text, cursor } = taken;
    const slice = await context.deltas.read(c, cursor.seq, request.channel);
    if (!slice) return await planUnread(request, taken);
    if (!isSnapshotInLog(cursor, slice)) return lost(c, slice, lostReason);
    return { verdict: verdictOf(c, slice, "snapshot", reason), cursor, slice, snapshot: text };
  } catch (error) {
    context.log("error", "SNAPSHOT_FAILED", { channel: c, error: describeError(error) });
    return lost(c, end, lostReason);
  }
}

/**
 * The log is too slow to be read, or was lately: a state from its own source still does if what came after it is here already, in
 * what this node heard, or nothing did. Else the client comes again.
 */
async function planUnread(request: PlanRequest, known?: Taken): Promise<ChannelPlan> {
  const { context, ask, subject, channel } = request;
  const { clock, store, snapshot, log } = context;
  const { c } = ask;
  const later = () => retryLater(context, c, "log_slow");
  try {
    const taken = known ?? (snapshot && (await settlesWithin(clock, FETCH_MS, snapshot(c, subject))));
    if (!taken) return later();
    const { text, cursor } = taken;
    const heard = channel?.endFrom(cursor);
    if (heard) return { verdict: verdictOf(c, heard, "snapshot", "log_slow"), cursor, snapshot: text };
    const head = await settlesWithin(clock, FETCH_MS, store.head(c));
    if (!head || !isSame(head, cursor)) return later();
    const slice = { ...head, first: head.seq + 1, events: [] };
    return { verdict: verdictOf(c, head, "snapshot", "log_slow"), cursor, slice, snapshot: text };
  } catch (error) {
    log("error", "SNAPSHOT_FAILED", { channel: c, error: describeError(error) });
    return later();
  }
}

type Taken = NonNullable<Awaited<ReturnType<SnapshotSource>>>;

const isSame = (a: Cursor, b: Cursor): boolean => a.epoch === b.epoch && a.seq === b.seq && a.tail === b.tail;
