import type { ChannelAsk, ChannelVerdict, Cursor } from "../protocol/frames.ts";
import type { Channel, Subscription } from "./channel.ts";
import type { ChannelHub } from "./channelHub.ts";
import { dataFrames, deltaFrame, eventGroups } from "./encodeEvents.ts";
import { decideResume } from "./decideResume.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import type { Outbound } from "./outbound.ts";
import { type ChannelPlan, type PlanContext, planChannel } from "./planChannel.ts";
import { snapshotParts } from "./snapshotParts.ts";
import type { LogEvent, LogSlice } from "./store/LogStore.ts";

/** One channel on one connection: listens first, then reads the log, then merges what it heard by `prev`. */
export interface Feed {
  /** Rights are asked, the place is decided; nothing is sent. */
  readonly plan: () => Promise<ChannelVerdict>;
  /** Sends what the verdict promised, then goes live. */
  readonly start: () => void;
  /** Whether a place it was brought to is one of the log; undefined: it is not live, or nobody here knows. */
  readonly agrees: (cursor: Cursor) => boolean | undefined;
  readonly stop: () => void;
}

export interface FeedOptions {
  readonly context: PlanContext & { readonly hub: ChannelHub };
  readonly subject: string;
  readonly ask: ChannelAsk;
  readonly owner: unknown;
  readonly outbound: Outbound;
  /** Highest Lamport time sent so far on this connection. */
  readonly shown: (lam: number) => void;
  /** It stands at the head, again or for the first time. */
  readonly onLive: (channel: string) => void;
  readonly onBroken: (error: unknown) => void;
}

/** A log that changes its past this often while one channel is read is no log. */
const MAX_RESTARTS = 20;

export function createFeed(options: FeedOptions): Feed {
  const { context, subject, ask, owner, outbound, shown, onLive, onBroken } = options;
  const { hub, deltas, sight } = context;
  const { c } = ask;
  const channel: Channel = hub.open(c);
  let plan: ChannelPlan | undefined;
  let isStopped = false;
  let restarts = 0;

  const subscription: Subscription = {
    owner,
    subject,
    isLive: false,
    deliver: (frames, lastLam) => {
      shown(lastLam);
      for (const frame of frames) outbound.sendText(frame);
    },
    deliverVolatile: (text) => {
      if (outbound.isCongested()) context.metrics.count(metricNames.volatileDropped);
      else outbound.sendText(text);
    },
    lost: (from) => restart(from),
  };
  channel.subscriptions.add(subscription);

  /** The place this client stands at is in doubt: decide again and say so. */
  function restart(from: Cursor): void {
    if (isStopped) return;
    if (++restarts > MAX_RESTARTS) return onBroken(new Error(`the log of ${c} keeps changing its past`));
    void planChannel({ context, subject, ask: { c, ...from }, channel }).then((next) => {
      if (isStopped) return;
      plan = next;
      if (next.verdict.status !== "delta") outbound.send({ t: "subscribed", ...next.verdict });
      start();
    }, onBroken);
  }

  function start(): void {
    if (isStopped || !plan) return;
    const { cursor, slice, snapshot } = plan;
    if (!cursor) return stop();
    plan = undefined;
    run(cursor, slice, snapshot).catch((error: unknown) => {
      if (!isStopped) onBroken(error);
    });
  }

  async function run(
    start: Cursor,
    firstSlice: LogSlice | undefined,
    snapshot: string | undefined,
  ): Promise<void> {
    let cursor = start;
    if (snapshot !== undefined)
      for (const part of snapshotParts(c, cursor, snapshot, outbound.chunkBytes)) {
        if (outbound.isCongested()) await outbound.drained();
        if (isStopped) return;
        outbound.send(part);
      }
    let slice = firstSlice;
    while (!isStopped) {
      if (slice) {
        if (decideResume(cursor, slice, Infinity).status !== "delta") return restart(cursor);
        cursor = await sendDelta(cursor, slice);
        if (isStopped) return;
        if (cursor.seq < slice.seq) {
          slice = await deltas.read(c, cursor.seq, channel);
          if (!slice) return restart(cursor);
          continue;
        }
      }
      const missed = channel.join(cursor);
      if (typeof missed !== "string") return goLive(cursor, missed);
      if (++restarts > MAX_RESTARTS) return onBroken(new Error(`${c} cannot be joined`));
      if (missed !== "behind") await channel.reread();
      slice = await deltas.read(c, cursor.seq, channel);
      if (!slice) return restart(cursor);
    }
  }

  async function sendDelta(from: Cursor, slice: LogSlice): Promise<Cursor> {
    const events = slice.events.filter(({ seq }) => seq > from.seq);
    let cursor = from;
    for (const { text, last } of eventGroups(events, sight.looks(subject, events), outbound.chunkBytes)) {
      if (outbound.isCongested()) await outbound.drained();
      if (isStopped) return cursor;
      outbound.sendText(
        deltaFrame({
          c,
          epoch: slice.epoch,
          from: cursor.seq,
          to: last.seq,
          events: text,
          more: last.seq < slice.seq,
        }),
      );
      shown(last.lam);
      cursor = { epoch: last.epoch, seq: last.seq, tail: last.tail };
    }
    return cursor;
  }

  function goLive(cursor: Cursor, missed: readonly LogEvent[]): void {
    const last = missed.at(-1);
    if (last) subscription.deliver(dataFrames(c, missed, sight.looks(subject, missed)), last.lam);
    const { epoch, seq, tail } = last ?? cursor;
    outbound.send({ t: "live", c, epoch, seq, tail });
    subscription.isLive = true;
    restarts = 0;
    onLive(c);
  }

  function stop(): void {
    isStopped = true;
    subscription.isLive = false;
    channel.subscriptions.delete(subscription);
    hub.leave(channel);
  }

  return {
    plan: async () => {
      plan = await planChannel({ context, subject, ask, channel, isGone: () => isStopped });
      return plan.verdict;
    },
    start,
    agrees: (cursor) => (subscription.isLive ? channel.agrees(cursor) : undefined),
    stop,
  };
}
