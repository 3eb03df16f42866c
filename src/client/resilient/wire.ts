import type { ChannelAsk, ClientFrame, FrameOf, WireEvent } from "../../protocol/frames.ts";
import type { Message } from "../message.ts";
import type { Queue } from "../queue.ts";

/** What a session says of channels: where several sessions share a socket, it does not travel as it is. */
export type ChannelFrame =
  | ({ readonly t: "sub" } & ChannelAsk)
  | FrameOf<"unsub", ClientFrame>
  | FrameOf<"read", ClientFrame>
  /** `d` is JSON text. */
  | { readonly t: "vol"; readonly c: string; readonly d: string };

/** How a session reaches the server. */
export interface Wire {
  /** Messages and claims, encoded. False: nobody is there to take it. */
  readonly transmit: (data: string) => boolean;
  readonly ask: (frame: ChannelFrame) => boolean;
  /** What was transmitted and has not left yet. */
  readonly bufferedBytes: () => number;
  /** The server has said where this session stands: questions may be asked. */
  readonly isOpen: () => boolean;
  /** Ask whether the other side lives: an answer is overdue. */
  readonly probe: () => void;
}

/** A channel frame as WebSocket message. */
export const channelText = (frame: ChannelFrame): string =>
  frame.t === "vol" ? `{"t":"vol","c":${JSON.stringify(frame.c)},"d":${frame.d}}` : text(frame);

/** Several frames as one WebSocket message. */
export const pack = (frames: readonly string[]): string =>
  frames.length === 1 ? (frames[0] as string) : `[${frames.join()}]`;

export const text = (frame: ClientFrame): string => JSON.stringify(frame);

/** How long a server may make a lane or a channel wait, in ms: as long as a spread, whatever it asks for. */
export const patience = (askedMs: number): number => Math.min(askedMs, 120_000);

export const toMessage = (
  { mine }: Queue,
  channel: string,
  epoch: string,
  { seq, lam, d, id, own: p }: WireEvent,
  replayed: boolean,
): Message => {
  const own = p !== undefined && (mine.has(p) || mine.has(String(id)));
  return { data: d, id: own && id !== undefined ? id : `${epoch}:${seq}`, channel, seq, lam, own, replayed };
};

/** A state of more parts than this (32 KiB each) is refused. */
const maxParts = 4_096;

/** Collects the parts of one state in `parts`; answers it, in a box, with the last. */
export const assemble = (
  parts: string[],
  { part, parts: count, d }: FrameOf<"snapshot">,
): { readonly state: unknown } | undefined => {
  if (part !== parts.length || count > maxParts) return undefined;
  parts.push(d);
  if (parts.length < count) return undefined;
  return { state: JSON.parse(parts.splice(0).join("")) as unknown };
};
