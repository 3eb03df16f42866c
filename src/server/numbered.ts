import type { ClientFrame, FrameOf } from "../protocol/frames.ts";

/** A frame whose content has numbers. */
export type Numbered = FrameOf<"pub" | "skip", ClientFrame>;

export const firstOf = (frame: Numbered): number => (frame.t === "pub" ? frame.n : frame.from);

export const lastOf = (frame: Numbered): number =>
  frame.t === "pub" ? frame.n + frame.m.length - 1 : frame.to;
