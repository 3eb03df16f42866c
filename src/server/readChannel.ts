import type { ChannelAsk, ClientFrame, Cursor, FrameOf } from "../protocol/frames.ts";
import { describeError } from "../core/describeError.ts";
import { deltaFrame, eventGroups } from "./encodeEvents.ts";
import type { Outbound } from "./outbound.ts";
import { type PlanContext, planChannel } from "./planChannel.ts";
import { settlesWithin } from "./settlesWithin.ts";
import { snapshotParts } from "./snapshotParts.ts";
import type { LogEvent, LogSlice } from "./store/LogStore.ts";

export interface ReadRequest {
  readonly context: PlanContext;
  readonly subject: string;
  readonly frame: FrameOf<"read", ClientFrame>;
  readonly outbound: Pick<Outbound, "chunkBytes" | "send" | "sendText" | "isCongested" | "drained">;
  readonly isOver: () => boolean;
}

const MAX_PAGE = 1000;
/** One read at a time: what hangs must not hold up the next for ever. */
const PATIENCE_MS = 5000;

/** Answers a `read`: events from a cursor, a snapshot, or a page of history. Disturbs no subscription, whatever fails. */
export async function readChannel(request: ReadRequest): Promise<void> {
  const { context, frame } = request;
  try {
    await (frame.before === undefined ? readOn(request) : readHistory(request, frame.before));
  } catch (error) {
    // The client asks again: if this cost the connection, the question would cost the next one too.
    context.log("error", "STORE_UNAVAILABLE", { during: "read", error: describeError(error) });
    refuse(request, "LOST", PATIENCE_MS, "store_unavailable");
  }
}

async function readOn(request: ReadRequest): Promise<void> {
  const { context, frame, subject, outbound } = request;
  const ask = askOf(frame);
  // What is asked for page by page is no burden, however far behind its reader is.
  const limits = frame.limit === undefined ? context.limits : { ...context.limits, maxGap: Infinity };
  const planned = planChannel({ context: { ...context, limits }, subject, ask });
  const plan = await settlesWithin(context.clock, PATIENCE_MS, planned);
  if (!plan) return refuse(request, "LOST", PATIENCE_MS);
  const { verdict, cursor, slice, snapshot } = plan;
  if (verdict.status === "denied") return refuse(request, "DENIED");
  const { reason } = verdict;
  if (verdict.status === "lost" || !cursor || !slice)
    return refuse(request, "LOST", verdict.retryAfterMs, reason);
  if (snapshot !== undefined)
    for (const part of snapshotParts(frame.c, cursor, snapshot, outbound.chunkBytes, frame.rid)) {
      if (await mustStop(request)) return;
      outbound.send({ ...part, ...(reason !== undefined && { reason }) });
    }
  await sendEvents(request, cursor, slice);
}

/** Field by field: what else a peer put into its cursor must not decide what is read. */
function askOf({ c, cursor }: ReadRequest["frame"]): ChannelAsk {
  return cursor ? { c, epoch: cursor.epoch, seq: cursor.seq, tail: cursor.tail } : { c, since: "snapshot" };
}

async function sendEvents(request: ReadRequest, start: Cursor, firstSlice: LogSlice): Promise<void> {
  const { limit } = request.frame;
  let left = limit === undefined ? Infinity : Math.min(limit, MAX_PAGE);
  let slice = firstSlice;
  let cursor = start;
  for (;;) {
    const from = cursor;
    const events = slice.events.filter(({ seq }) => seq > from.seq).slice(0, left);
    const last = events.at(-1);
    left -= events.length;
    if (!(await sendGroups(request, cursor, slice, events, left ? slice.seq : last?.seq))) return;
    if (!last || !left || last.seq >= slice.seq) return;
    cursor = { epoch: last.epoch, seq: last.seq, tail: last.tail };
    const next = await request.context.deltas.read(request.frame.c, cursor.seq);
    if (!next) return refuse(request, "LOST", PATIENCE_MS, "log_slow");
    slice = next;
  }
}

/** Waits for room. A reader that is slow, or gone, must not gather in memory what it asked for. */
async function mustStop({ outbound, isOver }: ReadRequest): Promise<boolean> {
  if (outbound.isCongested()) await outbound.drained();
  return isOver();
}

/** Answers false when the connection ended meanwhile. */
async function sendGroups(
  request: ReadRequest,
  from: Cursor,
  slice: LogSlice,
  events: readonly LogEvent[],
  end = slice.seq,
): Promise<boolean> {
  const { context, frame, subject, outbound } = request;
  const place = { c: frame.c, epoch: slice.epoch, rid: frame.rid, asked: frame.cursor?.seq ?? from.seq };
  const groups = eventGroups(events, context.sight.looks(subject, events), outbound.chunkBytes);
  if (groups.length === 0)
    outbound.sendText(deltaFrame({ ...place, from: from.seq, to: from.seq, events: "", more: false }));
  let seq = from.seq;
  for (const { text, last } of groups) {
    if (await mustStop(request)) return false;
    outbound.sendText(deltaFrame({ ...place, from: seq, to: last.seq, events: text, more: last.seq < end }));
    seq = last.seq;
  }
  return true;
}

/** Up to `limit` events before seq `before`, or before the end of the log, oldest first. */
async function readHistory(request: ReadRequest, before: number): Promise<void> {
  const { context, frame, subject } = request;
  const asked = Promise.resolve(context.rights.may(subject, "read", frame.c));
  const may = await settlesWithin(context.clock, PATIENCE_MS, asked);
  if (!may) return may === false ? refuse(request, "DENIED") : refuse(request, "LOST", PATIENCE_MS);
  const limit = Math.min(frame.limit ?? 100, MAX_PAGE);
  const from = Math.max(1, before - limit);
  const reading = context.store.read(frame.c, from, before - from);
  const slice = await settlesWithin(context.clock, PATIENCE_MS, reading);
  if (!slice) return refuse(request, "LOST", PATIENCE_MS, "log_slow");
  if (before > slice.seq + 1) return readHistory(request, slice.seq + 1);
  const events = slice.events.filter(({ seq }) => seq < before);
  const first = events[0];
  const cursor = { epoch: slice.epoch, seq: (first?.seq ?? before) - 1, tail: first?.prev ?? "" };
  await sendGroups(request, cursor, slice, events, events.at(-1)?.seq);
}

function refuse(
  { frame, outbound }: ReadRequest,
  code: string,
  retryAfterMs?: number,
  reason?: string,
): void {
  const retry = retryAfterMs === undefined ? { retriable: false } : { retriable: true, retryAfterMs };
  const why = reason === undefined ? {} : { reason };
  outbound.send({ t: "error", code, ref: String(frame.rid), ...retry, ...why });
}
