"use client";
import type * as React from "react";
import type { Moment } from "../src/devtools/moments.ts";
import type { Replayed } from "../src/devtools/replay.ts";
import { useTools } from "./context.ts";
import { pretty } from "./format.ts";

interface MomentRecordProps {
  readonly moment: Moment | undefined;
  /** What the table answers today; undefined while the present is shown. */
  readonly answer: Replayed | undefined;
}

/** (event, input) → state and effects, as the table was asked and answered. */
export function MomentRecord({ moment, answer }: MomentRecordProps): React.ReactNode {
  const { say } = useTools();
  if (!moment) return <div className="record" tabIndex={-1} />;
  const { step, from, to, event } = moment;
  return (
    <div className="record" role="region" aria-label={say("record.label")} tabIndex={0}>
      <h3>
        <span>
          {from} × {event} → {to}
        </span>
        {answer && (
          <span className={answer.agrees ? "agrees" : "differs"}>
            {say(answer.agrees ? "record.agrees" : "record.differs")}
          </span>
        )}
      </h3>
      {step ? (
        <dl>
          <dt>{say("record.event")}</dt>
          <dd>{pretty(step.event)}</dd>
          <dt>{say("record.effects")}</dt>
          <dd>{step.effects.length ? step.effects.map(pretty).join("\n") : say("record.none")}</dd>
          <dt>{say("record.input")}</dt>
          <dd>{pretty(step.input)}</dd>
          <dt>{say("record.after")}</dt>
          <dd>{pretty(step.after)}</dd>
        </dl>
      ) : (
        <p className="muted">{say("record.elsewhere")}</p>
      )}
    </div>
  );
}
