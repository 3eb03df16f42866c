"use client";
import type * as React from "react";
import type { Trace } from "../src/devtools/traces.ts";
import { useTools } from "./context.ts";
import { count, duration, short } from "./format.ts";
import { Fall, scaleOf } from "./Fall.tsx";
import { MessageTable, SendAgain } from "./MessageTable.tsx";
import { endTones } from "./tones.ts";
import { useLatest } from "./useLatest.ts";

const asTheyAre = (traces: readonly Trace[]): readonly Trace[] => traces;

/** The life of each message: in the queue, stored, on its way, answered, seen. */
export function MessagesPane(): React.ReactNode {
  const { recorder, say } = useTools();
  const { nowMs } = recorder.inspection.ports.clock;
  return (
    <MessageTable
      pane="messages"
      view={useLatest(recorder.traces)}
      rowsOf={asTheyAre}
      told={(traces) =>
        say("messages.count", { count: count(traces.length), scale: duration(scaleOf(traces, nowMs())) })
      }
      tools={(traces) => <Key isStoring={traces.some(({ storedMs }) => storedMs !== undefined)} />}
      heads={["life", "end"]}
      cells={(traces) => {
        const times = { nowMs: nowMs(), scaleMs: scaleOf(traces, nowMs()) };
        return (trace) => <Life trace={trace} {...times} />;
      }}
      acts={(trace) => <SendAgain {...trace} />}
    />
  );
}

const swatches = {
  queued: "var(--strong)",
  stored: "var(--warn)",
  sent: "var(--accent)",
  seen: "var(--calm)",
};

function Key({ isStoring }: { readonly isStoring: boolean }) {
  const { say } = useTools();
  return (
    <span className="keys">
      {Object.entries(swatches).map(
        ([stage, swatch]) =>
          (stage !== "stored" || isStoring) && (
            <span key={stage} className="key" style={{ "--swatch": swatch } as React.CSSProperties}>
              {say(`fall.${stage}`)}
            </span>
          ),
      )}
    </span>
  );
}

const settlementText = ({ settlement }: Trace): string => {
  if (!settlement) return "";
  if (settlement.kind === "acked" && settlement.seq !== undefined) return `#${settlement.seq}`;
  return settlement.kind === "rejected" ? settlement.code : "";
};

interface LifeProps {
  readonly trace: Trace;
  readonly scaleMs: number;
  readonly nowMs: number;
}

function Life({ trace, scaleMs, nowMs }: LifeProps) {
  const { recorder, say } = useTools();
  const { channel, settlement, transmissions } = trace;
  const kind = settlement?.kind ?? (trace.sentMs === undefined ? "queued" : "inFlight");
  const seq = settlement?.kind === "acked" ? settlement.seq : undefined;
  const epoch = recorder.inspection.channels.get(channel)?.cursor?.epoch;
  const others = seq === undefined ? [] : recorder.seenBy(channel, epoch, seq);
  const stages = stagesOf(trace).map(([code, ms]) => say(code, { ms: duration(ms) }));
  return (
    <>
      <span role="cell" className="bars" title={stages.join(" · ")}>
        <Fall trace={trace} scaleMs={scaleMs} nowMs={nowMs} />
        <span className="visually-hidden">{stages.join(", ")}</span>
      </span>
      <span role="cell" className="end">
        <span className="chip" data-tone={endTones[kind] ?? "calm"}>
          {say(`kind.${kind}`)} {settlementText(trace)}
        </span>{" "}
        <span className="muted">
          {transmissions > 1 && `×${transmissions} `}
          {others.length > 0 && (
            <span title={say("fall.othersAre", { ids: others.map(({ id }) => short(id)).join(", ") })}>
              {say("fall.others", { count: others.length })}
            </span>
          )}
        </span>
      </span>
    </>
  );
}

const stagesOf = (trace: Trace): (readonly [string, number])[] => {
  const { queuedMs, storedMs, sentMs, settledMs, seenMs } = trace;
  const stage = (code: string, from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined ? [] : [[code, to - from] as const];
  return [
    ...stage("fall.storedAfter", queuedMs, storedMs),
    ...stage("fall.queuedFor", queuedMs, sentMs),
    ...stage("fall.answeredIn", sentMs, settledMs),
    ...stage("fall.seenAfter", sentMs, seenMs),
  ];
};
