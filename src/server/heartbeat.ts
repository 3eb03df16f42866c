import type { Clock } from "../core/ports.ts";

export interface Heartbeat {
  /** An application frame arrived. Protocol-level pongs do not count: a ghost socket answers those. */
  readonly heard: () => void;
  readonly stop: () => void;
}

export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly ping: () => void;
  readonly onDead: () => void;
}

/** Pings every interval; silence of interval + timeout is death, judged by elapsed time, never by missed ticks. */
export function startHeartbeat({ clock, intervalMs, timeoutMs, ping, onDead }: HeartbeatOptions): Heartbeat {
  const patienceMs = intervalMs + timeoutMs;
  let heardAtMs = clock.nowMs();
  let cancelPing: () => void;
  let cancelCheck: () => void;

  const pingLater = () => {
    cancelPing = clock.after(intervalMs, () => {
      ping();
      pingLater();
    });
  };
  const check = () => {
    const silentMs = clock.nowMs() - heardAtMs;
    if (silentMs >= patienceMs) return onDead();
    cancelCheck = clock.after(patienceMs - silentMs, check);
  };
  pingLater();
  check();

  return {
    heard: () => {
      heardAtMs = clock.nowMs();
    },
    stop: () => {
      cancelPing();
      cancelCheck();
    },
  };
}
