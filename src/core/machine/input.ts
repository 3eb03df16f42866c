import type { Backoff } from "../backoff.ts";
import type { Breaker } from "../breaker.ts";

/** Options as data; what is null is off. */
export interface Policy {
  /** Null: nothing is retried. */
  readonly backoff: Backoff | null;
  readonly maxAttempts: number;
  readonly budgetMs: number;
  readonly firstRetrySpreadMs: number;
  readonly maxSpreadMs: number;
  readonly minUptimeMs: number;
  /** Null: never opens. */
  readonly breaker: Breaker | null;
  readonly connectMs: number;
  readonly handshakeMs: number;
  readonly resumeMs: number;
}

export interface HeartbeatPolicy {
  /** Silence after which the other side is probed. */
  readonly intervalMs: number;
  /** Silence after a probe that means death. */
  readonly timeoutMs: number;
}

/** Everything impure a step may read, as plain data: a log of (event, input) replays exactly. */
export interface Input {
  /** Monotonic. */
  readonly nowMs: number;
  /** In [0, 1), fresh per event. */
  readonly dice: number;
  /** When anything was last received on the live socket. */
  readonly receivedAtMs: number;
  /** Smoothed round trip, 0 when unknown. */
  readonly rttMs: number;
  readonly hidden: boolean;
  /** Nothing is unsettled. */
  readonly idle: boolean;
  /** Null: there is no heartbeat. */
  readonly heartbeat: HeartbeatPolicy | null;
  readonly policy: Policy;
}
