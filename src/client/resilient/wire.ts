import type { ClientFrame } from "../../protocol/frames.ts";

/** Several frames as one WebSocket message. */
export const pack = (frames: readonly string[]): string =>
  frames.length === 1 ? (frames[0] as string) : `[${frames.join()}]`;

export const text = (frame: ClientFrame): string => JSON.stringify(frame);
