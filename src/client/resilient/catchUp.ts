/** Channels: what the server decided about them, and the events that follow. PROTOCOL.md §4. */
import { missedBetween, place, placeAt, placeBefore } from "../../core/inbox.ts";
import type { ChannelAsk, ChannelVerdict, Cursor, FrameOf, WireEvent } from "../../protocol/frames.ts";
import { isName } from "../../protocol/isName.ts";
import type { Channel } from "../channels.ts";
import type { ProtocolHost } from "../protocol.ts";
import { assemble, patience, toMessage } from "./wire.ts";

interface Progress {
  /** asked: no verdict yet · behind: events are coming · parts: those of a state · live · denied · later: asked again at `askAtMs`. */
  phase: "asked" | "behind" | "parts" | "live" | "denied" | "later";
  askAtMs: number;
  replayed: number;
  parts: string[];
  /** Why the state is sent. */
  reason: string | undefined;
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
  /** Where the live channels stand. */
  readonly places: () => ({ readonly c: string } & Cursor)[];
  /** Every channel has its verdict and is caught up, refused or put off. */
  readonly done: () => boolean;
  /** The server refused this channel's cursor: it is discarded, and the app told. */
  readonly discard: (name: string) => void;
}

export const createCatchUp = (
  host: ProtocolHost,
  resubscribe: (ask: ChannelAsk) => void,
  readOn: (channel: Channel) => void,
): CatchUp => {
  const { channels, queue } = host;
  const { tell } = channels;
  const progress = new Map<string, Progress>();

  const ask = (channel: Channel): ChannelAsk => {
    const { cursor, name } = channel;
    // In place: an event that is being applied right now must see that the log was asked for.
    const state = progress.get(name) ?? ({} as Progress);
    progress.set(
      name,
      Object.assign(state, { phase: "asked", replayed: 0, parts: [], pending: null } as const),
    );
    return cursor ? { c: name, ...cursor } : { c: name, since: channel.since };
  };

  /** Only what this socket was asked about is listened to. */
  const on = (name: string, act: (channel: Channel, state: Progress) => void): void => {
    const channel = channels.all.get(name);
    const state = progress.get(name);
    if (channel && state) act(channel, state);
  };

  const goLive = (channel: Channel, state: Progress): void => {
    const { pending, replayed } = state;
    state.phase = "live";
    state.pending = null;
    if (pending) tell(channel, replayed ? "replayed" : pending, { replayed, missed: 0 });
    readOn(channel);
  };

  const apply = (
    channel: Channel,
    state: Progress,
    event: WireEvent,
    epoch: string,
    replayed: boolean,
  ): void => {
    if (state.phase === "behind") channel.cursor ??= placeBefore(epoch, event);
    const { cursor } = channel;
    if (!cursor) return;
    const where = place(cursor, event);
    if (where === "seen") return;
    if (where !== "next") {
      // Missed or rolled back: the server compares the cursor with its log and says which; or it has said so, and a state is coming.
      if (!["asked", "parts"].includes(state.phase)) resubscribe(ask(channel));
      return;
    }
    if (!event.hid) {
      if (replayed) state.replayed++;
      channels.deliver(channel, toMessage(queue, channel.name, epoch, event, replayed));
    }
    // A handler may have let go of the channel or begun it anew.
    if (channel.cursor === cursor) channel.cursor = placeAt(epoch, event);
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
    places: () =>
      [...progress].flatMap(([c, { phase }]) => {
        const cursor = channels.all.get(c)?.cursor;
        return phase === "live" && cursor ? [{ c, ...cursor }] : [];
      }),
    done: () => [...progress.values()].every(({ phase }) => !["asked", "behind", "parts"].includes(phase)),
    verdict: ({ c, epoch, head, tail, status, reason, retryAfterMs }) =>
      on(c, (channel, state) => {
        const before = channel.cursor;
        const here: Cursor = { epoch, seq: head, tail };
        channel.head = head;
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
            state.phase = "parts";
            state.parts = [];
            state.reason = reason;
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
    snapshot: (frame) =>
      on(frame.c, (channel, state) => {
        const whole = state.phase === "parts" && assemble(state.parts, frame);
        if (!whole) return;
        const here = placeAt(frame.epoch, frame);
        const missed = missedBetween(channel.cursor, here);
        state.phase = "behind";
        channel.cursor = here;
        tell(channel, "snapshot", { missed, reason: state.reason, ...whole });
      }),
    live: ({ c, epoch, seq, tail }) =>
      on(c, (channel, state) => {
        if (state.phase === "live") return;
        channel.cursor ??= { epoch, seq, tail };
        goLive(channel, state);
      }),
  };
};
