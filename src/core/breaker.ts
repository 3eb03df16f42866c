/** `breaker`: after how many failures only a probe now and then is made. */
export interface BreakerOptions {
  /** Failures in a row that open it, together with `minSilenceMs`. Default 8. */
  readonly failures?: number | undefined;
  /** Time without success, in ms. Default 60 000. */
  readonly minSilenceMs?: number | undefined;
  /** Time between probes while open, ± 50 %, in ms. Default 30 000. */
  readonly probeMs?: number | undefined;
}

/** Delay before the next probe, in ms; undefined while closed. Pure: `dice` is in [0, 1). */
export type Breaker = (failures: number, silenceMs: number, dice: number) => number | undefined;

/** After many failures and a long silence: one attempt per half minute instead of the backoff policy's. */
export const breaker =
  ({ failures: most = 8, minSilenceMs = 60_000, probeMs = 30_000 }: BreakerOptions = {}): Breaker =>
  (failures, silenceMs, dice) =>
    failures >= most && silenceMs >= minSilenceMs ? probeMs * (0.5 + dice) : undefined;
