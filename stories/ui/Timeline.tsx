import type { ResilientClient } from "resilient-socket/core";
import { messages } from "resilient-socket/banner";
import { trailOf, type Trail } from "../stage/trail.ts";
import { useStage } from "../stage/useStage.ts";

const seconds = (ms: number): string =>
  ms >= 7_200_000
    ? `${Math.round(ms / 3_600_000)} h`
    : ms >= 120_000
      ? `${Math.round(ms / 60_000)} min`
      : `${Math.round(ms / 1_000)} s`;

/** A connection's states over time, and how full its outbox was meanwhile. */
export function Timeline({ client }: { readonly client: ResilientClient }) {
  "use no memo"; // the trail grows in place
  const { stage, clock } = useStage();
  const trail = trailOf(client, stage);
  const endMs = Math.max(clock.nowMs, 1);
  const peak = Math.max(...trail.depths.map(({ depth }) => depth));
  return (
    <figure className="timeline">
      <div className="timeline-states" role="img" aria-label={`States so far: ${wordsOf(trail)}`}>
        {trail.spans.map(({ name, fromMs }, i) => {
          const untilMs = trail.spans[i + 1]?.fromMs ?? endMs;
          return (
            <i key={i} data-state={name} title={messages[name]} style={{ flexGrow: untilMs - fromMs }} />
          );
        })}
      </div>
      {peak > 0 && (
        <svg
          className="timeline-depth"
          viewBox="0 0 1000 40"
          preserveAspectRatio="none"
          role="img"
          aria-label={`Messages in the outbox so far: at most ${peak}`}
        >
          <path d={areaOf(trail, endMs, peak)} />
        </svg>
      )}
      <figcaption>
        <span>0</span>
        {peak > 0 && <span>outbox, at most {peak}</span>}
        <span>{seconds(endMs)}</span>
      </figcaption>
    </figure>
  );
}

const wordsOf = ({ spans }: Trail): string =>
  spans
    .slice(-8)
    .map(({ name }) => messages[name].toLowerCase())
    .join(", ");

const areaOf = ({ depths }: Trail, endMs: number, peak: number): string => {
  const x = (atMs: number): string => ((atMs / endMs) * 1_000).toFixed(1);
  const y = (depth: number): string => (40 - (depth / peak) * 38).toFixed(1);
  const steps = depths.map(({ atMs, depth }, i) => {
    const untilMs = depths[i + 1]?.atMs ?? endMs;
    return `L${x(atMs)},${y(depth)}L${x(untilMs)},${y(depth)}`;
  });
  return `M0,40${steps.join("")}L1000,40Z`;
};
