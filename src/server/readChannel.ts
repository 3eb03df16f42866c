import type { ClientFrame, Cursor, FrameOf, ServerFrame } from "../protocol/frames.ts";
import { deltaFrame, eventGroups } from "./encodeEvents.ts";
import { PAGE, type PlanContext, planChannel } from "./planChannel.ts";
import { snapshotParts } from "./snapshotParts.ts";
import type { LogEvent, LogSlice } from "./store/LogStore.ts";

export interface ReadRequest {
  readonly context: PlanContext;
  readonly subject: string;
  readonly frame: FrameOf<"read", ClientFrame>;
  readonly send: (frame: ServerFrame) => void;
  readonly sendText: (text: string) => void;
}

const MAX_PAGE = 1000;

/** Answers a `read`: events from a cursor, a snapshot, or a page of history. Disturbs no subscription. */
export async function readChannel(request: ReadRequest): Promise<void> {
  const { context, frame, subject, send } = request;
  if (frame.before !== undefined) return readHistory(request, frame.before);
  const ask = frame.cursor ? { c: frame.c, ...frame.cursor } : { c: frame.c, since: "snapshot" as const };
  const { verdict, cursor, slice, snapshot } = await planChannel(context, subject, ask);
  if (verdict.status === "denied") return refuse(request, "DENIED");
  if (verdict.status === "lost" || !cursor || !slice) return refuse(request, "LOST", verdict.retryAfterMs);
  if (snapshot !== undefined)
    for (const part of snapshotParts(frame.c, cursor, snapshot, frame.rid)) send(part);
  await sendEvents(request, cursor, slice);
}

async function sendEvents(request: ReadRequest, start: Cursor, firstSlice: LogSlice): Promise<void> {
  let slice = firstSlice;
  let cursor = start;
  for (;;) {
    const from = cursor;
    const events = slice.events.filter(({ seq }) => seq > from.seq);
    sendGroups(request, cursor, slice, events);
    const last = events.at(-1);
    if (!last || last.seq >= slice.seq) return;
    cursor = { epoch: last.epoch, seq: last.seq, tail: last.tail };
    slice = await request.context.store.read(request.frame.c, cursor.seq, PAGE);
  }
}

function sendGroups(
  request: ReadRequest,
  from: Cursor,
  slice: LogSlice,
  events: readonly LogEvent[],
  end = slice.seq,
): void {
  const { frame, subject, sendText } = request;
  const place = { c: frame.c, epoch: slice.epoch, rid: frame.rid, asked: frame.cursor?.seq ?? from.seq };
  const groups = eventGroups(events, subject);
  if (groups.length === 0)
    sendText(deltaFrame({ ...place, from: from.seq, to: from.seq, events: "", more: false }));
  let seq = from.seq;
  for (const { text, last } of groups) {
    sendText(deltaFrame({ ...place, from: seq, to: last.seq, events: text, more: last.seq < end }));
    seq = last.seq;
  }
}

/** Up to `limit` events before seq `before`, oldest first. */
async function readHistory(request: ReadRequest, before: number): Promise<void> {
  const { context, frame, subject } = request;
  if (
    context.options.authorize &&
    (await context.options.authorize({ subject, action: "read", channel: frame.c })) !== true
  )
    return refuse(request, "DENIED");
  const limit = Math.min(frame.limit ?? 100, MAX_PAGE);
  const from = Math.max(1, before - limit);
  const slice = await context.store.read(frame.c, from, before - from);
  const events = slice.events.filter(({ seq }) => seq < before);
  const first = events[0];
  const cursor = { epoch: slice.epoch, seq: (first?.seq ?? before) - 1, tail: first?.prev ?? "" };
  sendGroups(request, cursor, slice, events, events.at(-1)?.seq);
}

function refuse({ frame, send }: ReadRequest, code: string, retryAfterMs?: number): void {
  const retry = retryAfterMs === undefined ? { retriable: false } : { retriable: true, retryAfterMs };
  send({ t: "error", code, ref: String(frame.rid), ...retry });
}
