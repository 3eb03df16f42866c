/** What a takeover took, in ms from the strike. */
export interface Takeover {
  readonly cause: string;
  /** Until another tab called itself leader. */
  readonly electedMs: number;
  /** Until the server had taken its connection. */
  readonly acceptedMs: number;
}

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;

/** ELECTION targets of the design, p50 in ms, of the election alone. */
const targets: Readonly<Record<string, number>> = {
  close: 100,
  navigate: 100,
  reload: 100,
  freeze: 100,
  crash: 500,
  stop: 2_500,
};

const cell = (text: string | number, width: number): string =>
  (typeof text === "number" ? text.toFixed(0) : text).padStart(width);

/** One line a cause. Times are printed and never asserted. */
export const takeoverTable = (title: string, takeovers: readonly Takeover[]): string => {
  const lines = [...new Set(takeovers.map(({ cause }) => cause))].map((cause) => {
    const of = takeovers.filter((takeover) => takeover.cause === cause);
    const elected = of.map(({ electedMs }) => electedMs);
    const accepted = of.map(({ acceptedMs }) => acceptedMs);
    return [
      cause.padEnd(10),
      cell(of.length, 4),
      cell(quantile(elected, 0.5), 9),
      cell(quantile(elected, 0.95), 7),
      cell(targets[cause] ?? NaN, 8),
      cell(quantile(accepted, 0.5), 11),
      cell(quantile(accepted, 0.95), 7),
    ].join("");
  });
  const head = "cause        n  elected    p95  target  connected    p95   (p50, ms)";
  return [title, head, ...lines].join("\n");
};
