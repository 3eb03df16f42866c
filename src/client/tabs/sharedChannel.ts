/**
 * One channel on the one connection of several tabs. The first tab's question goes to the server as it is; once the channel is
 * live, the others are answered as the server would: from the ring, or by a `read` where the ring does not reach.
 */
import { placeAt } from "../../core/inbox.ts";
import { createRing } from "../../core/ring.ts";
import type { ChannelAsk, ChannelStatus, Cursor, FrameOf, WireEvent } from "../../protocol/frames.ts";
import { isCursor } from "../../protocol/places.ts";
import type { ReadAsk, Reads } from "../resilient/reads.ts";
import type { Wire } from "../resilient/wire.ts";
import type { Member } from "./member.ts";

interface Seat {
  readonly member: Member;
  /** waiting: for the channel to be live · reading: what the ring lacks · ahead: of the ring · listening: hears what the server says. */
  phase: "waiting" | "reading" | "ahead" | "listening";
  readonly start: ChannelAsk;
  /** Its verdict was given. */
  told: boolean;
  at: Cursor | undefined;
  /** Reads that brought it to no place of the ring. */
  tries: number;
}

export interface SharedChannel {
  readonly ask: (member: Member, start: ChannelAsk) => void;
  /** The question was, or will be, asked by somebody else. */
  readonly asked: (member: Member, start: ChannelAsk) => void;
  readonly leave: (member: Member) => void;
  readonly isEmpty: () => boolean;
  /** Those who hear what the server says. */
  readonly listeners: () => readonly Member[];
  readonly subscribed: (frame: FrameOf<"subscribed">) => void;
  readonly delta: (frame: FrameOf<"delta">) => void;
  readonly snapshot: (frame: FrameOf<"snapshot">) => void;
  readonly live: (frame: FrameOf<"live">) => void;
  readonly data: (frame: FrameOf<"data">) => void;
}

export interface SharedChannelHost {
  readonly socket: Pick<Wire, "ask">;
  readonly reads: () => Reads;
  /** Other tabs are there: what comes is kept for them. */
  readonly isShared: () => boolean;
}

/** Events a read asks for. */
const pageEvents = 1_000;
/** A log that contradicts the ring twice is asked again after this time. */
const patientMs = 1_000;

export const createSharedChannel = (c: string, host: SharedChannelHost): SharedChannel => {
  const { socket, reads, isShared } = host;
  const seats = new Map<Member, Seat>();
  const ring = createRing();
  let phase: "idle" | "asking" | "live" = "idle";

  const tell = (frame: Parameters<Member["hear"]>[0]): void => {
    for (const { phase: where, member } of [...seats.values()]) if (where === "listening") member.hear(frame);
  };
  const head = (): Cursor => ring.head() ?? { epoch: "", seq: 0, tail: "" };

  const verdict = ({ member }: Seat, status: ChannelStatus, reason?: string): void => {
    const { epoch, seq, tail } = head();
    member.hear({ t: "subscribed", c, epoch, head: seq, tail, status, ...(reason && { reason }) });
  };
  /** The seat stands at the head and hears the rest from the server. */
  const seatAtHead = (seat: Seat, events: readonly WireEvent[]): void => {
    seat.phase = "listening";
    if (!seat.told) verdict(seat, events.length ? "delta" : "live");
    const { epoch, seq, tail } = head();
    const from = seat.at?.seq ?? 0;
    if (events.length) seat.member.hear({ t: "delta", c, epoch, from, to: seq, ev: events, more: false });
    if (seat.told || events.length) seat.member.hear({ t: "live", c, epoch, seq, tail });
  };

  const read = (seat: Seat, ask: ReadAsk): void => {
    seat.phase = "reading";
    const { member } = seat;
    const isGone = (): boolean => seats.get(member) !== seat;
    const first = (status: ChannelStatus, reason?: string): void => {
      if (!seat.told) verdict(seat, status, reason);
      seat.told = true;
    };
    reads().add(
      {
        c,
        ask: () => (isGone() ? undefined : ask),
        events: ({ rid: _, ...frame }) => {
          const last = frame.ev.at(-1);
          if (isGone() || !last) return;
          first("delta");
          seat.at = placeAt(frame.epoch, last);
          member.hear(frame);
        },
        snapshot: ({ rid: _, reason, ...frame }) => {
          if (isGone()) return;
          first("snapshot", reason);
          seat.at = placeAt(frame.epoch, frame);
          member.hear(frame);
        },
        done: () => {
          if (!isGone()) goOn(seat);
        },
        refused: (code, reason) => {
          if (isGone()) return;
          if (code === "DENIED") seats.delete(member);
          seat.phase = "listening";
          verdict(seat, code === "DENIED" ? "denied" : "lost", reason);
        },
      },
      seat.tries++ > 1 ? patientMs : 0,
    );
  };

  /** From where the seat was brought to by a read. */
  const goOn = (seat: Seat): void => {
    seat.at ??= ring.head();
    const rest = seat.at && ring.from(seat.at);
    if (Array.isArray(rest)) seatAtHead(seat, rest);
    else if (rest === "ahead") seat.phase = "ahead";
    else if (seat.at) read(seat, { cursor: seat.at, limit: pageEvents });
  };

  const serve = (seat: Seat): void => {
    const { start } = seat;
    if (isCursor(start)) {
      seat.at = placeAt(start.epoch, start);
      const rest = ring.from(seat.at);
      if (Array.isArray(rest)) return seatAtHead(seat, rest);
      return read(seat, { cursor: seat.at, limit: pageEvents });
    }
    const { since } = start as { readonly since: unknown };
    if (since === "snapshot") return read(seat, { snapshot: true, limit: pageEvents });
    const { last = 0 } = since as { readonly last?: number };
    const rest = ring.last(last);
    if (rest) return seatAtHead(seat, rest);
    read(seat, { before: head().seq + 1, limit: Math.min(last, pageEvents) });
  };

  const goLive = (): void => {
    phase = "live";
    for (const seat of [...seats.values()]) if (seat.phase === "waiting") serve(seat);
  };
  /** Nothing comes of it: who still wants it asks again. */
  const giveUp = (frame: FrameOf<"subscribed">): void => {
    phase = "idle";
    const all = [...seats.keys()];
    seats.clear();
    for (const member of all) member.hear(frame);
  };

  const seatOf = (member: Member, start: ChannelAsk): Seat => {
    const seat: Seat = { member, phase: "waiting", start, told: false, at: undefined, tries: 0 };
    seats.set(member, seat);
    return seat;
  };
  const asked: SharedChannel["asked"] = (member, start) => {
    phase = "asking";
    seatOf(member, start).phase = "listening";
  };

  return {
    asked,
    ask: (member, start) => {
      const before = seats.get(member);
      // The server knows one question a channel; the one whose question it is may put it anew.
      if (phase === "idle" || (phase === "asking" && before?.phase === "listening")) {
        asked(member, start);
        socket.ask({ t: "sub", ...start });
      } else if (phase === "live") serve(seatOf(member, start));
      else seatOf(member, start);
    },
    leave: (member) => void seats.delete(member),
    isEmpty: () => !seats.size,
    listeners: () =>
      [...seats.values()].filter((seat) => seat.phase === "listening").map(({ member }) => member),
    subscribed: (frame) => {
      const { status, epoch, tail, retryAfterMs } = frame;
      if (status === "denied" || retryAfterMs !== undefined) return giveUp(frame);
      tell(frame);
      if (status === "live" || status === "lost") {
        ring.begin({ epoch, seq: frame.head, tail });
        goLive();
      } else phase = "asking";
    },
    delta: (frame) => {
      for (const event of frame.ev) ring.push(frame.epoch, event, isShared());
      tell(frame);
    },
    snapshot: (frame) => {
      ring.begin(placeAt(frame.epoch, frame));
      tell(frame);
    },
    live: (frame) => {
      if (!ring.head()) ring.begin(placeAt(frame.epoch, frame));
      tell(frame);
      goLive();
    },
    data: (frame) => {
      const { epoch } = head();
      for (const event of frame.ev) ring.push(epoch, event, isShared());
      tell(frame);
      for (const seat of [...seats.values()]) if (seat.phase === "ahead") goOn(seat);
    },
  };
};
