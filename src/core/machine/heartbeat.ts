import type { HeartbeatPolicy } from "./input.ts";
import type { Probe } from "./state.ts";

/** Browsers run a hidden page's timers once a minute: no shorter silence proves anything there. */
const hiddenTimeoutMs = 70_000;

export type Pulse =
  | { readonly dead: true }
  | {
      readonly dead: false;
      readonly probe: Probe | null;
      readonly send: boolean;
      readonly checkInMs: number;
    };

/**
 * Judges by elapsed time, never by ticks: a socket is dead only after an unanswered probe. A timer that comes late (sleep,
 * throttling) therefore leads to a probe first. Only received bytes count as life.
 */
export const judgePulse = (
  nowMs: number,
  receivedAtMs: number,
  probe: Probe | null,
  hidden: boolean,
  policy: HeartbeatPolicy,
): Pulse => {
  if (probe && receivedAtMs < probe.sentAtMs) {
    const limitMs = hidden ? Math.max(probe.timeoutMs, hiddenTimeoutMs) : probe.timeoutMs;
    const leftMs = probe.sentAtMs + limitMs - nowMs;
    return leftMs > 0 ? { dead: false, probe, send: false, checkInMs: leftMs } : { dead: true };
  }
  const quietMs = receivedAtMs + policy.intervalMs - nowMs;
  return quietMs > 0
    ? { dead: false, probe: null, send: false, checkInMs: quietMs }
    : {
        dead: false,
        probe: { sentAtMs: nowMs, timeoutMs: policy.timeoutMs },
        send: true,
        checkInMs: policy.timeoutMs,
      };
};

/** After a hint the answer is wanted sooner: 4 smoothed round trips, at least 2.5 s. RFC 6298 keeps a similar factor. */
export const hintProbe = (nowMs: number, rttMs: number, policy: HeartbeatPolicy): Probe => ({
  sentAtMs: nowMs,
  timeoutMs: Math.min(policy.timeoutMs, Math.max(2_500, 4 * rttMs)),
});
