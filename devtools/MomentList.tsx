"use client";
import * as React from "react";
import { type Moment, reasonOf } from "../src/devtools/moments.ts";
import { useTools } from "./context.ts";
import { clockTime } from "./format.ts";
import { tones } from "./tones.ts";
import { VirtualRows } from "./VirtualRows.tsx";

interface MomentListProps {
  readonly moments: readonly Moment[];
  readonly at: number;
  readonly onPin: (index: number) => void;
  readonly onHover: (n: number | null) => void;
}

const height = 26;

/** Every step, newest first. */
export function MomentList({ moments, at, onPin, onHover }: MomentListProps): React.ReactNode {
  const { say } = useTools();
  return (
    <VirtualRows
      label={say("timeline.list")}
      count={moments.length}
      height={height}
      row={(row, style) => {
        const index = moments.length - 1 - row;
        const moment = moments[index] as Moment;
        return (
          <div role="row" aria-rowindex={row + 1} style={{ ...style, position: "absolute", width: "100%" }}>
            <span role="cell">
              <button
                type="button"
                className="moment"
                data-tone={tones[moment.to]}
                aria-current={index === at}
                onClick={() => onPin(index)}
                onFocus={() => onHover(moment.n)}
                onBlur={() => onHover(null)}
                onPointerEnter={() => onHover(moment.n)}
                onPointerLeave={() => onHover(null)}
              >
                <time>{clockTime(moment.at)}</time>
                <span>
                  {moment.from === moment.to ? moment.from : <b>{moment.to}</b>} <Cause moment={moment} />
                </span>
              </button>
            </span>
          </div>
        );
      }}
    />
  );
}

function Cause({ moment: { event, step, from, to } }: { readonly moment: Moment }) {
  const reason = step && from !== to ? reasonOf(step.after) : undefined;
  return (
    <span className="muted">
      {event}
      {reason && ` · ${reason}`}
    </span>
  );
}
