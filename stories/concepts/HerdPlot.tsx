import { herd, histogram, lastBackMs, peakWithin, type HerdOptions } from "./herd.ts";
import { Figures } from "../ui/Figures.tsx";

const width = 1_000;
const dotsHeight = 220;
const barsHeight = 70;
const shownMs = 20_000;
const binMs = 100;
const windowMs = 100;

const seconds = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const count = new Intl.NumberFormat("en");

interface HerdPlotProps extends HerdOptions {
  readonly title: string;
  /** Attempts a bin that fill the height: the same for plots that stand side by side. */
  readonly tallest: number;
}

/** A row per client, a dot per attempt; below, how many come together. */
export function HerdPlot({ title, tallest, ...options }: HerdPlotProps) {
  const attempts = herd(options);
  const bins = histogram(attempts, binMs, shownMs);
  const x = (ms: number): number => (ms / shownMs) * width;
  const peak = peakWithin(windowMs, attempts);
  const label =
    `${count.format(options.clients)} clients, ${count.format(attempts.length)} attempts, ` +
    `at most ${count.format(peak)} within ${windowMs} ms`;
  return (
    <section className="card">
      <h2>{title}</h2>
      <figure className="timeline">
        <svg
          className="herd"
          viewBox={`0 0 ${width} ${dotsHeight + barsHeight + 8}`}
          role="img"
          aria-label={label}
        >
          <rect className="down" width={x(options.downMs)} height={dotsHeight + barsHeight + 8} />
          {attempts
            .filter(({ atMs }) => atMs < shownMs)
            .map(({ client, atMs, succeeds }) => (
              <circle
                key={`${client} ${atMs}`}
                className={succeeds ? "back" : "vain"}
                cx={x(atMs)}
                cy={((client + 0.5) / options.clients) * dotsHeight}
                r={2.4}
              />
            ))}
          {bins.map((many, i) => {
            const height = Math.min(1, many / tallest) * barsHeight;
            return (
              <rect
                key={i}
                className="bar"
                x={x(i * binMs)}
                y={dotsHeight + 8 + barsHeight - height}
                width={x(binMs)}
                height={height}
              />
            );
          })}
        </svg>
        <figcaption aria-hidden="true">
          {[0, 5, 10, 15, 20].map((s) => (
            <span key={s}>{s} s</span>
          ))}
        </figcaption>
      </figure>
      <Figures
        of={{
          "in the worst 100 ms": count.format(peak),
          "attempts in all": count.format(attempts.length),
          "everybody back after": `${seconds.format(lastBackMs(attempts) / 1_000)} s`,
        }}
      />
    </section>
  );
}

/** The fullest bin, for plots on one scale. */
export const tallestOf = (options: HerdOptions): number =>
  Math.max(...histogram(herd(options), binMs, shownMs));
