import { ResilientSocketError } from "./errors.ts";

/** Everything a policy may look at: plain data, so that a log of attempts replays exactly. */
export interface BackoffInput {
  /** Failures since the last stable connection, clamped to 0 … 10. */
  readonly attempt: number;
  /** In [0, 1), fresh per attempt. */
  readonly dice: number;
  /** In [0, 1), drawn once per client: spreads clients that started together. */
  readonly clientDice: number;
  /** The delay before this one, in ms; 0 at first. */
  readonly previousMs: number;
  /** The server's advice on the longest delay; Infinity without advice. */
  readonly capMs: number;
}

/** Delay before the next attempt, in ms. Asked once a loss; ours are pure. */
export interface Backoff {
  (input: BackoffInput): number;
  /** Whether a cap made this delay shorter. Absent: nobody knows. */
  readonly isCapped?: ((input: BackoffInput) => boolean) | undefined;
}

/** The range that a client's base is drawn from, and the cap, in ms. */
export interface PerClientOptions {
  /** The base is drawn once per client from this range. Default [100, 500]. */
  readonly baseMs?: readonly [min: number, max: number] | undefined;
  /** Default 30 000. */
  readonly capMs?: number | undefined;
}

/** First delay and cap of a policy, in ms. */
export interface BoundedOptions {
  /** Default 500. */
  readonly baseMs?: number | undefined;
  /** Default 30 000. */
  readonly capMs?: number | undefined;
}

const maxAttempt = 10;

const bounds = (baseMs: number, capMs: number): void => {
  // The negation also refuses NaN.
  if (!(baseMs > 0) || !(capMs >= baseMs))
    throw new ResilientSocketError(
      "INVALID_OPTION",
      `backoff needs 0 < base ≤ cap, got ${baseMs} and ${capMs}`,
    );
};

const doubled = (baseMs: number, { attempt }: BackoffInput): number =>
  baseMs * 2 ** Math.min(Math.max(attempt, 0), maxAttempt);

const withCap = (ownCapMs: number, delay: (input: BackoffInput, capMs: number) => number): Backoff => {
  const capMsOf = (input: BackoffInput): number => Math.min(ownCapMs, input.capMs);
  return Object.assign((input: BackoffInput) => delay(input, capMsOf(input)), {
    isCapped: (input: BackoffInput) => delay(input, Infinity) > delay(input, capMsOf(input)),
  });
};

/**
 * base · 2ⁿ, capped, then ± 50 %: the cap comes before the jitter, so capped clients do not march in step.
 * Source: the reconnection text the project implements; base 100–500 ms per client.
 */
export const perClient = ({
  baseMs: [min, max] = [100, 500],
  capMs: ownCapMs = 30_000,
}: PerClientOptions = {}): Backoff => {
  bounds(min, max);
  bounds(max, ownCapMs);
  return withCap(
    ownCapMs,
    (input, capMs) =>
      Math.min(doubled(min + (max - min) * input.clientDice, input), capMs) * (0.5 + input.dice),
  );
};

const bounded = (
  { baseMs = 500, capMs: ownCapMs = 30_000 }: BoundedOptions,
  delay: (input: BackoffInput, baseMs: number, capMs: number) => number,
): Backoff => {
  bounds(baseMs, ownCapMs);
  return withCap(ownCapMs, (input, capMs) => delay(input, baseMs, capMs));
};

/** Uniform in [0, min(cap, base · 2ⁿ)). "Full jitter", AWS Architecture Blog, "Exponential Backoff and Jitter". */
export const full = (options: BoundedOptions = {}): Backoff =>
  bounded(options, (input, baseMs, capMs) => Math.min(doubled(baseMs, input), capMs) * input.dice);

/** Half fixed, half uniform. "Equal jitter", same source. */
export const equal = (options: BoundedOptions = {}): Backoff =>
  bounded(
    options,
    (input, baseMs, capMs) => Math.min(doubled(baseMs, input), capMs) * (0.5 + input.dice / 2),
  );

/** Uniform in [base, 3 · previous), capped. "Decorrelated jitter", same source. */
export const decorrelated = (options: BoundedOptions = {}): Backoff =>
  bounded(options, (input, baseMs, capMs) =>
    Math.min(capMs, baseMs + (Math.max(baseMs, input.previousMs) * 3 - baseMs) * input.dice),
  );

/** base · 2ⁿ plus up to 30 %, then capped: at its cap every client waits the same time, so it is unjittered there. */
export const capped = (options: BoundedOptions = {}): Backoff =>
  bounded(options, (input, baseMs, capMs) =>
    Math.min(doubled(baseMs, input) * (1 + 0.3 * input.dice), capMs),
  );

/** Always the same delay: for tests and single clients; a crowd stampedes. */
export const fixed = (delayMs: number): Backoff => {
  bounds(delayMs, delayMs);
  return () => delayMs;
};
