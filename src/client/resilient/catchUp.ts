/** Channels: what the server decided about them, and the events that follow. PROTOCOL.md §4. */
import { place } from "../../core/inbox.ts";
import type { ChannelAsk, ChannelVerdict, Cursor, FrameOf, WireEvent } from "../../protocol/frames.ts";
import { isName } from "../../protocol/isName.ts";
import type { Channel } from "../channels.ts";
import type { Continuity, ContinuityResult } from "../message.ts";
import { notifyAll } from "../notifyAll.ts";
import type { ProtocolHost } from "../protocol.ts";
import { patience } from "./wire.ts";

interface Progress {
  /** asked: no verdict yet · behind: events or parts are coming · live · denied · later: asked again at `askAtMs`. */
  phase: "asked" | "behind" | "live" | "denied" | "later";
  askAtMs: number;
  replayed: number;
  /** The cursor is not trusted: the next delta or snapshot sets it. */
  fresh: boolean;
  parts: string[];
  /** Reported when the channel is live. */
  pending: "kept" | "replayed" | null;
}

export interface CatchUp {
  /** Forget what the last socket said. */
  readonly reset: () => void;
  /** Asks for channels that this socket was not asked for yet, those that fit. */
  readonly missing: (fits?: (ask: object) => boolean) => ChannelAsk[];
  readonly ask: (channel: Channel) => ChannelAsk;
  readonly forget: (name: string) => void;
  /** No server takes this name: it is never asked for. */
  readonly bar: (channel: Channel) => void;
  readonly verdict: (verdict: ChannelVerdict) => void;
  readonly delta: (frame: FrameOf<"delta">) => void;
  readonly snapshot: (frame: FrameOf<"snapshot">) => void;
  readonly live: (frame: FrameOf<"live">) => void;
  readonly data: (frame: FrameOf<"data">) => void;
  /** Asks again for what the server could not decide. */
  readonly upkeep: () => void;
  /** Every channel has its verdict and is caught up, refused or put off. */
  readonly done: () => boolean;
  /** The server refused this channel's cursor: it is discarded, and the app told. */
  readonly discard: (name: string) => void;
}

/** A state of more parts than this (32 KiB each) is refused. */
const maxParts = 4_096;

/** Events between two places of one log; undefined where nobody can know. */
const missedBetween = (before: Cursor | undefined, here: Cursor): number | undefined =>
  before?.epoch === here.epoch && here.seq >= before.seq ? here.seq - before.seq : undefined;

export const createCatchUp = (host: ProtocolHost, resubscribe: (ask: ChannelAsk) => void): CatchUp => {
  const { channels, emitter, queue } = host;
  const progress = new Map<string, Progress>();

  const ask = (channel: Channel): ChannelAsk => {
    const { cursor, name } = channel;
    // In place: an event that is being applied right now must see that the log was asked for.
    const state = progress.get(name) ?? ({} as Progress);
    progress.set(
      name,
      Object.assign(state, {
        phase: "asked",
        replayed: 0,
        fresh: !cursor,
        parts: [],
        pending: null,
      } as const),
    );
    return cursor ? { c: name, ...cursor } : { c: name, since: channel.since };
  };

  /** Only what this socket was asked about is listened to. */
  const on = (name: string, act: (channel: Channel, state: Progress) => void): void => {
    const channel = channels.all.get(name);
    const state = progress.get(name);
    if (channel && state) act(channel, state);
  };

  const tell = (
    { name, handlers }: Channel,
    result: ContinuityResult,
    more?: Partial<Pick<Continuity, "replayed" | "missed" | "reason" | "state">>,
  ): void => {
    const nothing = { replayed: 0, missed: undefined, reason: undefined };
    const continuity: Continuity = { channel: name, result, ...nothing, ...more };
    // A copy: a handler that lets go and subscribes anew is not told again.
    for (const { options } of [...handlers])
      if (options.onContinuity) notifyAll([options.onContinuity], emitter.report, continuity);
    emitter.emit("continuity", continuity);
  };

  const goLive = (channel: Channel, state: Progress): void => {
    const { pending, replayed } = state;
    state.phase = "live";
    state.pending = null;
    state.fresh = false;
    if (pending) tell(channel, replayed ? "replayed" : pending, { replayed, missed: 0 });
  };

  const apply = (
    channel: Channel,
    state: Progress,
    event: WireEvent,
    epoch: string,
    replayed: boolean,
  ): void => {
    if (state.fresh) {
      channel.cursor = { epoch, seq: event.seq - (event.hid ?? 1), tail: event.prev };
      state.fresh = false;
    }
    const { cursor } = channel;
    if (!cursor) return;
    const where = place(cursor, event);
    if (where === "seen") return;
    if (where !== "next") {
      // Missed or rolled back: the server compares the cursor with its log and says which.
      if (state.phase !== "asked") resubscribe(ask(channel));
      return;
    }
    const here: Cursor = { epoch, seq: event.seq, tail: event.tail };
    if (event.hid) {
      channel.cursor = here;
      return;
    }
    if (replayed) state.replayed++;
    const own = event.own !== undefined && queue.producers.has(event.own);
    const id = own && event.id !== undefined ? event.id : `${epoch}:${event.seq}`;
    channels.deliver(channel, {
      data: event.d,
      id,
      channel: channel.name,
      seq: event.seq,
      lam: event.lam,
      own,
      replayed,
    });
    // A handler may have let go of the channel or begun it anew.
    if (channel.cursor === cursor) channel.cursor = here;
  };

  return {
    ask,
    forget: (name) => progress.delete(name),
    bar: (channel) => tell(channel, "denied", { reason: "INVALID_NAME" }),
    discard: (name) => {
      const channel = channels.all.get(name);
      if (!channel?.cursor) return;
      channel.cursor = undefined;
      tell(channel, "lost", { reason: "invalid_seq" });
    },
    reset: () => progress.clear(),
    missing: (fits = () => true) =>
      [...channels.all.values()]
        .filter(
          ({ dropped, name, cursor }) =>
            !dropped && isName(name, 256) && !progress.has(name) && fits({ name, ...cursor }),
        )
        .map(ask),
    upkeep: () => {
      for (const [name, { phase, askAtMs }] of progress) {
        const leftMs = askAtMs - host.clock.nowMs();
        const channel = channels.all.get(name);
        if (phase !== "later" || !channel) continue;
        if (leftMs > 0) host.upkeepIn(leftMs);
        else resubscribe(ask(channel));
      }
    },
    done: () => [...progress.values()].every(({ phase }) => phase !== "asked" && phase !== "behind"),
    verdict: ({ c, epoch, head, tail, status, reason, retryAfterMs }) =>
      on(c, (channel, state) => {
        const before = channel.cursor;
        const here: Cursor = { epoch, seq: head, tail };
        switch (status) {
          case "live":
            state.pending = before ? "kept" : null;
            channel.cursor ??= here;
            return goLive(channel, state);
          case "delta":
            state.phase = "behind";
            state.pending = before ? "kept" : null;
            return;
          case "snapshot":
            state.phase = "behind";
            state.fresh = true;
            return;
          case "denied":
            state.phase = "denied";
            return tell(channel, "denied", { reason });
          case "lost":
            // The log did not answer in time: nothing is lost yet, the cursor stands and so does the question.
            if (retryAfterMs !== undefined) {
              state.phase = "later";
              state.askAtMs = host.clock.nowMs() + patience(retryAfterMs);
              return host.upkeepIn(patience(retryAfterMs));
            }
            channel.cursor = here;
            tell(channel, "lost", { missed: missedBetween(before, here), reason });
            return goLive(channel, state);
          default:
            return status satisfies never;
        }
      }),
    delta: ({ c, epoch, ev }) =>
      on(c, (channel, state) => {
        for (const event of ev) if (progress.get(c) === state) apply(channel, state, event, epoch, true);
      }),
    data: ({ c, ev }) =>
      on(c, (channel, state) => {
        if (!channel.cursor || state.phase === "asked") return;
        // A handler may let go of the channel, or of the connection, in the midst of a frame.
        for (const event of ev)
          if (progress.get(c) === state) apply(channel, state, event, channel.cursor.epoch, false);
      }),
    snapshot: ({ c, epoch, seq, tail, part, parts, d }) =>
      on(c, (channel, state) => {
        if (part !== state.parts.length || parts > maxParts) return;
        state.parts.push(d);
        if (state.parts.length < parts) return;
        const here: Cursor = { epoch, seq, tail };
        const missed = missedBetween(channel.cursor, here);
        const value: unknown = JSON.parse(state.parts.join(""));
        state.parts = [];
        state.fresh = false;
        channel.cursor = here;
        tell(channel, "snapshot", { missed, state: value });
      }),
    live: ({ c, epoch, seq, tail }) =>
      on(c, (channel, state) => {
        if (state.phase === "live") return;
        if (state.fresh) channel.cursor = { epoch, seq, tail };
        goLive(channel, state);
      }),
  };
};
