import type { HeartbeatPolicy } from "../../core/machine/input.ts";
import type { Clock } from "../../core/ports.ts";
import type { FrameOf } from "../../protocol/frames.ts";

/** The heartbeat a server asks for, and how long it takes to answer. */
export interface Pulse {
  readonly policy: () => HeartbeatPolicy | null;
  readonly set: (hello: FrameOf<"hello">) => void;
  readonly pinged: () => void;
  readonly ponged: () => void;
  /** A new socket: what the last one owed is not waited for. */
  readonly reset: () => void;
  /** Smoothed round trip in ms, 0 when unknown. RFC 6298 smooths by 1/8. */
  readonly rttMs: () => number;
}

/** A server that asks for a faster pulse does not get it. */
const leastPulseMs = 1_000;

export const createPulse = ({ nowMs }: Clock): Pulse => {
  let policy: HeartbeatPolicy | null = null;
  let pingedAtMs: number | null = null;
  let rttMs = 0;
  return {
    policy: () => policy,
    set: ({ hbMs, hbTimeoutMs }) => {
      const timeoutMs = Math.max(hbTimeoutMs, leastPulseMs);
      // Leaves the server's own ping a moment to arrive before this side asks.
      const slackMs = Math.min(timeoutMs / 4, 2_500);
      policy = { intervalMs: Math.max(hbMs, leastPulseMs) + slackMs, timeoutMs: timeoutMs - slackMs };
    },
    pinged: () => {
      pingedAtMs ??= nowMs();
    },
    ponged: () => {
      if (pingedAtMs === null) return;
      const sample = nowMs() - pingedAtMs;
      rttMs = rttMs ? rttMs + (sample - rttMs) / 8 : sample;
      pingedAtMs = null;
    },
    reset: () => {
      pingedAtMs = null;
    },
    rttMs: () => rttMs,
  };
};
