import type { FailedRecovery, ReconnectReason } from "../connectionState.ts";
import { type CloseAdvice, isRefusal, maxRefusals, terminal } from "../closePolicy.ts";
import { type ErrorCode, ResilientSocketError } from "../errors.ts";
import { arm } from "./effects.ts";
import { failed } from "./failed.ts";
import type { Input } from "./input.ts";
import type { Memory, State } from "./state.ts";
import type { Next } from "./step.ts";

/** How an attempt or a connection ended. */
export interface Loss extends CloseAdvice {
  readonly reason: ReconnectReason;
  readonly error: ErrorCode;
  readonly text: string;
  /** Absent when this side ended it. */
  readonly closeCode?: number;
}

/** A cause on this side explains a loss for this long. */
const localCauseMs = 2_000;
const immediateWithinMs = 250;
const immediateEveryMs = 1_000;

/** Retry at once, + 0–250 ms, at most once a second: when an access point returns, all its clients hear `online` together. */
export const immediateDelay = ({ nowMs, dice }: Input, memory: Memory): number =>
  Math.max(memory.immediateAtMs + immediateEveryMs, memory.notBeforeMs, nowMs) -
  nowMs +
  dice * immediateWithinMs;

const clamp = (value: number, min: number, max: number): number => Math.min(Math.max(value, min), max);

/**
 * What follows a loss: a wait for the next attempt, or `failed`. The first retry of an established session is drawn from the
 * spread; later ones follow the policy.
 */
export const afterLoss = (
  { name, memory: before }: State,
  { reason, error, text, closeCode = 0, retryAfterMs = 0, verdict }: Loss,
  input: Input,
): Next => {
  const { nowMs, dice, policy } = input;
  const established = name === "connected";
  const lastError = new ResilientSocketError(error, text);
  const refusals = !verdict && isRefusal(closeCode) ? before.refusals + 1 : 0;
  const failingSinceMs = established ? nowMs : (before.failingSinceMs ?? nowMs);
  const failingMs = nowMs - failingSinceMs;
  const attempt = before.attempt + 1;
  const failures = established ? 0 : before.failures + 1;
  const notBeforeMs = nowMs + clamp(retryAfterMs, 0, policy.maxSpreadMs);
  const memory: Memory = { ...before, attempt, failures, failingSinceMs, refusals, notBeforeMs, lastError };

  const fail = (why: ErrorCode, recovery: FailedRecovery, words: string): Next => [
    failed(memory, new ResilientSocketError(why, words, lastError), recovery),
  ];
  const wait = (wishedMs: number, why = reason, more?: Partial<Memory>): Next => {
    const delayMs = Math.max(wishedMs, notBeforeMs - nowMs);
    return [
      {
        name: "reconnecting",
        reason: why,
        retryAtMs: nowMs + delayMs,
        memory: { ...memory, previousMs: wishedMs, capped: false, ...more },
      },
      arm("retry", delayMs),
    ];
  };

  const end = verdict ?? terminal(closeCode);
  if (end && end !== "retry") return fail(...end, text);
  if (refusals > maxRefusals)
    return fail("CLOSED_BY_SERVER", "manual", `close code ${closeCode}, ${refusals} times`);
  if (!policy.backoff || attempt > policy.maxAttempts || failingMs >= policy.budgetMs)
    return fail("RETRIES_EXHAUSTED", "manual", `gave up after ${attempt} attempts: ${text}`);

  const probeMs = policy.breaker?.(failures, failingMs, dice);
  if (probeMs !== undefined) return wait(probeMs, "breaker", { site: before.site + 1 });

  const local = reason === "heartbeat" || nowMs - before.localCauseAtMs <= localCauseMs;
  if (established && local) {
    const delayMs = immediateDelay(input, memory);
    return wait(delayMs, reason, { immediateAtMs: nowMs + delayMs });
  }

  const spreadMs = before.spreadMs ?? policy.firstRetrySpreadMs;
  if (established && !before.attempt && spreadMs > 0)
    return wait(Math.min(spreadMs, policy.maxSpreadMs) * dice);

  const { backoff } = policy;
  const given = {
    attempt: Math.min(before.attempt, 10),
    dice,
    clientDice: before.clientDice ?? dice,
    previousMs: before.previousMs,
    capMs: before.spreadMs === null ? Infinity : clamp(before.spreadMs, 1_000, 30_000),
  };
  return wait(backoff(given), reason, { capped: !!backoff.isCapped?.(given) });
};
