import type { ClientFrame, FrameOf, WireEvent } from "../../protocol/frames.ts";
import type { Message } from "../message.ts";
import type { Queue } from "../queue.ts";

/** Several frames as one WebSocket message. */
export const pack = (frames: readonly string[]): string =>
  frames.length === 1 ? (frames[0] as string) : `[${frames.join()}]`;

export const text = (frame: ClientFrame): string => JSON.stringify(frame);

/** How long a server may make a lane or a channel wait, in ms: as long as a spread, whatever it asks for. */
export const patience = (askedMs: number): number => Math.min(askedMs, 120_000);

export const toMessage = (
  { producers }: Queue,
  channel: string,
  epoch: string,
  { seq, lam, d, id, own: p }: WireEvent,
  replayed: boolean,
): Message => {
  const own = p !== undefined && producers.has(p);
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
