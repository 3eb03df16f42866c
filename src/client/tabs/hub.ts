/** The leader's half of sharing: one connection, many sessions. What the server says goes to the tab it concerns. */
import { drainCheckMs, highWaterBytes } from "../highWater.ts";
import type { RawData } from "../../core/ports.ts";
import type { FrameOf, Position, ServerFrame } from "../../protocol/frames.ts";
import type { ProtocolHost } from "../protocol.ts";
import { createReads, type Reads } from "../resilient/reads.ts";
import type { Hearing } from "../resilient/session.ts";
import type { ChannelFrame, Wire } from "../resilient/wire.ts";
import { isChannelFrame, type Member, sizeOf } from "./member.ts";
import { createSharedChannel, type SharedChannel } from "./sharedChannel.ts";

export interface Hub {
  readonly members: ReadonlySet<Member>;
  readonly add: (member: Member) => void;
  readonly remove: (member: Member) => void;
  /** A WebSocket message in its turn, or a question about a channel. */
  readonly say: (member: Member, what: RawData | ChannelFrame) => void;
  /** These channels were asked for in `resume`, by this tab. */
  readonly asked: (member: Member, asks: FrameOf<"resume">["channels"]) => void;
  readonly hear: Hearing;
  /** Who the server takes this user for, as it said last. */
  readonly authed: () => FrameOf<"authed"> | undefined;
  /** The server refused the cursor of this channel: whose was it? */
  readonly discard: (channel: string) => void;
  readonly pump: () => void;
  /** The connection is gone: every tab begins anew on the next. */
  readonly closed: () => void;
}

export interface HubSocket extends Omit<Wire, "transmit"> {
  readonly transmit: (data: RawData) => boolean;
}

type ChannelWord = "subscribed" | "delta" | "snapshot" | "live" | "data";

export const createHub = (
  host: Pick<ProtocolHost, "clock" | "state" | "upkeepIn">,
  socket: HubSocket,
): Hub => {
  const members = new Set<Member>();
  let channels = new Map<string, SharedChannel>();
  let reads: Reads;
  let authed: FrameOf<"authed"> | undefined;
  const begin = (): void => {
    channels = new Map();
    reads = createReads(host, socket.ask);
    for (const member of members) member.waiting.length = 0;
  };
  begin();

  const channelOf = (c: string): SharedChannel => {
    let channel = channels.get(c);
    if (!channel) {
      channel = createSharedChannel(c, {
        socket,
        reads: () => reads,
        isShared: () => members.size > 1,
      });
      channels.set(c, channel);
    }
    return channel;
  };
  const leave = (member: Member, c: string): void => {
    const channel = channels.get(c);
    channel?.leave(member);
    if (!channel?.isEmpty()) return;
    channels.delete(c);
    if (socket.isOpen()) socket.ask({ t: "unsub", c });
  };

  /** One WebSocket message of each tab in turn, while the socket takes them. */
  const pump = (): void => {
    for (let progress = true; progress;) {
      progress = false;
      for (const member of members) {
        if (!member.waiting.length) continue;
        if (!socket.isOpen()) return;
        if (socket.bufferedBytes() > highWaterBytes) return host.upkeepIn(drainCheckMs);
        const data = member.waiting.shift() as RawData;
        member.taken += sizeOf(data);
        socket.transmit(data);
        progress = true;
      }
    }
  };

  const read = (member: Member, { t: _, rid, c, ...ask }: FrameOf<"read">): void => {
    const back = (frame: ServerFrame): void => {
      if (members.has(member)) member.hear(frame);
    };
    reads.add({
      c,
      ask: () => (members.has(member) ? ask : undefined),
      events: (frame) => back({ ...frame, rid }),
      snapshot: (frame) => back({ ...frame, rid }),
      done: () => undefined,
      refused: (code, reason) =>
        back({ t: "error", code, ref: String(rid), retriable: false, ...(reason && { reason }) }),
    });
  };

  const volatile = (member: Member, frame: Extract<ChannelFrame, { t: "vol" }>): void => {
    socket.ask(frame);
    // The server leaves out the connection it came from, and with it the other tabs.
    const others = (channels.get(frame.c)?.listeners() ?? []).filter((other) => other !== member);
    if (!others.length) return;
    const d = JSON.parse(frame.d) as unknown;
    for (const other of others) other.hear({ t: "vol", c: frame.c, d });
  };

  /** One as a rule; two where a page is back and another has not given up its messages yet. */
  const ofProducer = (p: string): Member[] => [...members].filter(({ producers }) => producers.has(p));
  /** To the tab that numbers with this producer. One that left hears it again when it claims its position. */
  const route = (frame: FrameOf<"ack"> | FrameOf<"nack">): void => {
    for (const member of ofProducer(frame.p)) member.hear(frame);
  };

  const on =
    <T extends ChannelWord>(t: T) =>
    (frame: FrameOf<T, ServerFrame>): void => {
      const { c } = frame as FrameOf<ChannelWord, ServerFrame>;
      channels.get(c)?.[t](frame as never);
    };
  const ofRead = (frame: FrameOf<"delta"> | FrameOf<"snapshot">): boolean => frame.rid !== undefined;

  return {
    members,
    authed: () => authed,
    add: (member) => void members.add(member),
    remove: (member) => {
      if (!members.delete(member)) return;
      for (const c of [...channels.keys()]) leave(member, c);
    },
    say: (member, what) => {
      if (!isChannelFrame(what)) {
        member.waiting.push(what);
        return pump();
      }
      switch (what.t) {
        case "sub": {
          const { t: _, ...start } = what;
          return channelOf(what.c).ask(member, start);
        }
        case "unsub":
          return leave(member, what.c);
        case "read":
          return read(member, what);
        case "vol":
          return volatile(member, what);
        default:
          return what satisfies never;
      }
    },
    asked: (member, asks) => {
      for (const ask of asks) channelOf(ask.c).asked(member, ask);
    },
    hear: {
      subscribed: on("subscribed"),
      live: on("live"),
      data: on("data"),
      delta: (frame) => (ofRead(frame) ? reads.delta(frame) : on("delta")(frame)),
      snapshot: (frame) => (ofRead(frame) ? reads.snapshot(frame) : on("snapshot")(frame)),
      positions: ({ producers }) => {
        const byMember = new Map<Member, Position[]>();
        for (const position of producers)
          for (const member of ofProducer(position.p))
            byMember.set(member, [...(byMember.get(member) ?? []), position]);
        for (const [member, own] of byMember) member.hear({ t: "positions", producers: own });
      },
      ack: route,
      nack: route,
      vol: (frame) => {
        for (const member of channels.get(frame.c)?.listeners() ?? []) member.hear(frame);
      },
      authed: (frame) => {
        authed = frame;
        for (const member of members) member.hear(frame);
      },
      error: (frame) => {
        if (frame.code === "DENIED" || frame.code === "LOST") reads.refused(frame);
      },
    },
    discard: (c) => {
      const frame = { t: "error", code: "INVALID_SEQ", retriable: true, ref: c } as const;
      for (const member of channels.get(c)?.listeners() ?? []) member.hear(frame);
    },
    pump: () => {
      pump();
      reads.pump();
    },
    closed: begin,
  };
};
