import type { ReconnectReason, Recovery } from "./connectionState.ts";
import { isRefusal, maxRefusals, terminal } from "./closePolicy.ts";
import { type ErrorCode, ResilientSocketError } from "./errors.ts";
import type { Input } from "./machine/input.ts";
import type { Memory } from "./machine/state.ts";

/** How an attempt or a connection ended. */
export interface Loss {
  readonly reason: ReconnectReason;
  readonly error: ErrorCode;
  readonly text: string;
  /** Close code, 0 when this side ended it. */
  readonly code: number;
  /** The connection was usable. */
  readonly established: boolean;
}

export type Plan =
  | {
      readonly kind: "wait";
      readonly delayMs: number;
      readonly reason: ReconnectReason;
      readonly memory: Memory;
    }
  | {
      readonly kind: "fail";
      readonly error: ResilientSocketError;
      readonly recovery: Recovery;
      readonly memory: Memory;
    };

/** A cause on this side explains a loss for this long. */
const localCauseMs = 2_000;
const immediateWithinMs = 250;
const immediateEveryMs = 1_000;

/** Retry at once, + 0–250 ms, at most once a second: when an access point returns, all its clients hear `online` together. */
export const immediateDelay = ({ nowMs, dice }: Input, memory: Memory): number =>
  Math.max(memory.immediateAtMs + immediateEveryMs - nowMs, 0) + dice * immediateWithinMs;

const clamp = (value: number, min: number, max: number): number => Math.min(Math.max(value, min), max);

/** What to do after a loss. The first retry of an established session is drawn from the spread; later ones follow the policy. */
export const planRetry = (before: Memory, loss: Loss, input: Input): Plan => {
  const { nowMs, dice, policy } = input;
  const error = new ResilientSocketError(loss.error, loss.text);
  const refusals = isRefusal(loss.code) ? before.refusals + 1 : 0;
  const failingSinceMs = loss.established ? nowMs : (before.failingSinceMs ?? nowMs);
  const attempt = before.attempt + 1;
  const failures = loss.established ? 0 : before.failures + 1;
  const memory: Memory = { ...before, attempt, failures, failingSinceMs, refusals, lastError: error };
  const fail = (code: ErrorCode, recovery: Recovery, text = loss.text): Plan => ({
    kind: "fail",
    error: new ResilientSocketError(code, text, error),
    recovery,
    memory,
  });

  const end = terminal(loss.code);
  if (end) return fail(end.error, { kind: end.recovery });
  if (refusals > maxRefusals)
    return fail("CLOSED_BY_SERVER", { kind: "manual" }, `close code ${loss.code}, ${refusals} times`);
  if (!policy.backoff || attempt > policy.maxAttempts || nowMs - failingSinceMs >= policy.budgetMs)
    return fail("RETRIES_EXHAUSTED", { kind: "manual" }, `gave up after ${attempt} attempts: ${loss.text}`);

  const wait = (delayMs: number, reason = loss.reason, more?: Partial<Memory>): Plan => ({
    kind: "wait",
    delayMs,
    reason,
    memory: { ...memory, previousMs: delayMs, ...more },
  });

  const { breaker } = policy;
  if (breaker && failures >= breaker.failures && nowMs - failingSinceMs >= breaker.minSilenceMs)
    return wait(breaker.probeMs * (0.5 + dice), "breaker");

  const local = loss.reason === "heartbeat" || nowMs - before.localCauseAtMs <= localCauseMs;
  if (loss.established && local) {
    const delayMs = immediateDelay(input, before);
    return wait(delayMs, loss.reason, { immediateAtMs: nowMs + delayMs });
  }

  const spreadMs = before.spreadMs ?? policy.firstRetrySpreadMs;
  if (loss.established && before.attempt === 0 && spreadMs > 0)
    return wait(Math.min(spreadMs, policy.maxSpreadMs) * dice);

  const delayMs = policy.backoff({
    attempt: Math.min(before.attempt, 10),
    dice,
    clientDice: before.clientDice ?? dice,
    previousMs: before.previousMs,
    capMs: before.spreadMs === null ? Infinity : clamp(before.spreadMs, 1_000, 30_000),
  });
  return wait(delayMs);
};
