import type { ClientFrame } from "../../protocol/frames.ts";

/** Several frames as one WebSocket message. */
export const pack = (frames: readonly string[]): string =>
  frames.length === 1 ? (frames[0] as string) : `[${frames.join()}]`;

export const text = (frame: ClientFrame): string => JSON.stringify(frame);

/** How long a server may make a lane or a channel wait, in ms: as long as a spread, whatever it asks for. */
export const patience = (askedMs: number): number => Math.min(askedMs, 120_000);
