import type { Backoff } from "resilient-socket/core";
import { seededDice } from "resilient-socket/testing";

export interface HerdOptions {
  readonly clients: number;
  readonly policy: Backoff;
  /** Window of the first retry, as a server advises it or `firstRetrySpreadMs` sets it. 0: none. */
  readonly spreadMs: number;
  /** How long the server is away after all have lost it at once. */
  readonly downMs: number;
  readonly seed?: number;
}

export interface Attempt {
  readonly client: number;
  readonly atMs: number;
  readonly succeeds: boolean;
}

/** An attempt that nobody answers ends after this, in ms. */
const answerMs = 20;

/** Every attempt of clients that lose the same server at the same instant, until each is back. */
export const herd = ({ clients, policy, spreadMs, downMs, seed = 1 }: HerdOptions): readonly Attempt[] =>
  Array.from({ length: clients }, (_, client) => {
    const dice = seededDice(`${seed} ${client}`);
    const clientDice = dice.roll();
    const capMs = spreadMs > 0 ? Math.min(Math.max(spreadMs, 1_000), 30_000) : Infinity;
    const attempts: Attempt[] = [];
    let previousMs = 0;
    let atMs = 0;
    for (let attempt = 0; atMs <= downMs; attempt++) {
      previousMs =
        attempt === 0 && spreadMs > 0
          ? dice.roll() * spreadMs
          : policy({ attempt: Math.min(attempt, 10), dice: dice.roll(), clientDice, previousMs, capMs });
      atMs += previousMs;
      attempts.push({ client, atMs, succeeds: atMs > downMs });
      atMs += answerMs;
    }
    return attempts;
  }).flat();

/** Attempts per bin. */
export const histogram = (
  attempts: readonly Attempt[],
  binMs: number,
  untilMs: number,
): readonly number[] => {
  const bins = Array.from({ length: Math.ceil(untilMs / binMs) }, () => 0);
  for (const { atMs } of attempts) {
    const bin = Math.floor(atMs / binMs);
    if (bin < bins.length) bins[bin]!++;
  }
  return bins;
};

/** The most attempts within any `windowMs`. */
export const peakWithin = (windowMs: number, attempts: readonly Attempt[]): number => {
  const instants = attempts.map(({ atMs }) => atMs).sort((a, b) => a - b);
  let from = 0;
  let peak = 0;
  instants.forEach((atMs, to) => {
    while (atMs - instants[from]! >= windowMs) from++;
    peak = Math.max(peak, to - from + 1);
  });
  return peak;
};

/** When the last one is back, in ms. */
export const lastBackMs = (attempts: readonly Attempt[]): number =>
  Math.max(0, ...attempts.filter(({ succeeds }) => succeeds).map(({ atMs }) => atMs));
