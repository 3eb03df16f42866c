"use client";
import * as React from "react";
import type { Moment } from "../src/devtools/moments.ts";
import type { Replayed } from "../src/devtools/replay.ts";
import { useTools } from "./context.ts";
import { clockTime } from "./format.ts";
import { tones } from "./tones.ts";

interface ScrubberProps {
  readonly moments: readonly Moment[];
  readonly at: number;
  readonly isLive: boolean;
  readonly answer: Replayed | undefined;
  readonly onPin: (index: number) => void;
  readonly onLive: () => void;
}

/** The states over time, and a handle to go back along them. */
export function Scrubber({ moments, at, isLive, answer, onPin, onLive }: ScrubberProps): React.ReactNode {
  const { say } = useTools();
  const shown = moments[at];
  return (
    <div className="scrubber">
      <Ribbon moments={moments} at={at} />
      <button type="button" aria-label={say("scrub.back")} disabled={at <= 0} onClick={() => onPin(at - 1)}>
        ‹
      </button>
      <input
        type="range"
        min={0}
        max={Math.max(0, moments.length - 1)}
        value={Math.max(0, at)}
        disabled={moments.length < 2}
        aria-label={say("scrub.label")}
        aria-valuetext={shown && `${clockTime(shown.at)} ${shown.to}: ${shown.event}`}
        onChange={(event) => onPin(Number(event.currentTarget.value))}
      />
      <button type="button" aria-label={say("scrub.forth")} disabled={isLive} onClick={() => onPin(at + 1)}>
        ›
      </button>
      <p className="told">
        {shown && (
          <>
            <span>{say("scrub.step", { n: at + 1, of: moments.length })}</span>
            <span className="mono">{clockTime(shown.at)}</span>
          </>
        )}
        {answer && (
          <span className={answer.agrees ? "agrees" : "differs"}>
            {say(answer.agrees ? "scrub.agrees" : "scrub.differs")}
          </span>
        )}
        {!isLive && (
          <button type="button" onClick={onLive}>
            {say("scrub.live")}
          </button>
        )}
      </p>
    </div>
  );
}

const width = 1_000;

function Ribbon({ moments, at }: { readonly moments: readonly Moment[]; readonly at: number }) {
  const first = moments[0]?.at ?? 0;
  const span = Math.max(1, (moments.at(-1)?.at ?? 0) - first);
  const xOf = (moment: Moment | undefined): number => (((moment?.at ?? first) - first) / span) * (width - 24);
  const moves = moments.filter(({ from, to }) => from !== to);
  return (
    <svg className="ribbon" viewBox={`0 0 ${width} 16`} preserveAspectRatio="none" aria-hidden="true">
      {moves.map((moment, i) => {
        const x = xOf(moment);
        const end = i === moves.length - 1 ? width : xOf(moves[i + 1]);
        return (
          <g key={moment.n} data-tone={tones[moment.to]}>
            <rect x={x} y="0" width={Math.max(1, end - x)} height="16" />
            <rect className="edge-line" x={x} y="13" width={Math.max(1, end - x)} height="3" />
          </g>
        );
      })}
      {moments.length > 0 && <rect className="cursor" x={xOf(moments[at])} y="0" width="3" height="16" />}
    </svg>
  );
}
