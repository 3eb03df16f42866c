import { useState } from "react";
import type { FrameWord } from "./word.ts";

export const tabNames = ["A", "B", "C"] as const;
export type TabName = (typeof tabNames)[number];

/** What the page around them knows of a frame. */
export interface Frame {
  readonly name: TabName;
  /** Each opening is a new page. */
  readonly boot: number;
  readonly is: "open" | "frozen" | "gone";
  readonly isLeader: boolean;
}

const opened = (name: TabName, boot: number): Frame => ({ name, boot, is: "open", isLeader: false });

export interface Stage {
  readonly frames: readonly Frame[];
  readonly leader: TabName | undefined;
  readonly hear: (name: TabName, word: FrameWord & { readonly says: "state" }) => void;
  readonly put: (name: TabName, is: Frame["is"]) => void;
  readonly reopen: (name: TabName) => void;
}

export const useStage = (): Stage => {
  const [frames, setFrames] = useState<readonly Frame[]>(() => tabNames.map((name) => opened(name, 1)));
  const change = (name: TabName, to: (frame: Frame) => Frame): void =>
    setFrames((before) => before.map((frame) => (frame.name === name ? to(frame) : frame)));
  return {
    frames,
    leader: frames.find(({ isLeader, is }) => isLeader && is === "open")?.name,
    hear: (name, { role }) => change(name, (frame) => ({ ...frame, isLeader: role === "leader" })),
    put: (name, is) => change(name, (frame) => ({ ...frame, is, isLeader: is === "open" && frame.isLeader })),
    reopen: (name) => change(name, ({ boot }) => opened(name, boot + 1)),
  };
};
