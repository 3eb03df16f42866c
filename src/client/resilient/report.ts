import { utf8Bytes } from "../../core/utf8Bytes.ts";
import type { ClientFrame, FrameOf } from "../../protocol/frames.ts";
import type { ClientStats } from "../../protocol/stats.ts";
import type { ProtocolHost } from "../protocol.ts";
import type { Session } from "./session.ts";

/** What the server is told of this client, at most once a minute. PROTOCOL.md P9.7. */
export interface Report {
  /** Of `resume`, when it fits into this many bytes. */
  readonly resume: (roomBytes: number) => Pick<FrameOf<"resume", ClientFrame>, "stats">;
  /** The resume arrived. */
  readonly welcomed: () => void;
  /** It did not, if nobody said so: what it told is told again. */
  readonly closed: () => void;
  readonly pong: () => Pick<FrameOf<"pong", ClientFrame>, "stats" | "cursors">;
}

const everyMs = 60_000;

export const createReport = (
  { clock, takeStats, keepStats }: Pick<ProtocolHost, "clock" | "takeStats" | "keepStats">,
  sample: Session["sample"],
): Report => {
  let atMs = -Infinity;
  let onItsWay: ClientStats | undefined;
  const keep = (): void => {
    if (onItsWay) keepStats(onItsWay);
    onItsWay = undefined;
  };
  return {
    resume: (roomBytes) => {
      onItsWay = takeStats();
      if (onItsWay && utf8Bytes(JSON.stringify(onItsWay)) + 20 > roomBytes) keep();
      if (!onItsWay) return {};
      atMs = clock.nowMs();
      return { stats: onItsWay };
    },
    welcomed: () => {
      onItsWay = undefined;
    },
    closed: keep,
    pong: () => {
      if (clock.nowMs() - atMs < everyMs) return {};
      atMs = clock.nowMs();
      const stats = takeStats();
      return { cursors: sample(), ...(stats && { stats }) };
    },
  };
};
