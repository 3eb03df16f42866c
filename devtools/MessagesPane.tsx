"use client";
import * as React from "react";
import type { Trace } from "../src/devtools/traces.ts";
import { useTools } from "./context.ts";
import { count, duration, short } from "./format.ts";
import { endTones } from "./tones.ts";
import { useHeld } from "./useHeld.ts";
import { useIsNarrow } from "./useIsNarrow.ts";
import { VirtualRows } from "./VirtualRows.tsx";
import { useLatest } from "./useLatest.ts";

/** The life of each message: in the queue, on its way, answered, seen. */
export function MessagesPane(): React.ReactNode {
  const { recorder, say } = useTools();
  const [traces, handlers, isHeld] = useHeld(useLatest(recorder.traces));
  const [wanted, setWanted] = React.useState("");
  const [box, isNarrow] = useIsNarrow<HTMLDivElement>(640);
  const shown = wanted
    ? traces.filter(({ id, channel }) => id.includes(wanted) || channel.includes(wanted))
    : traces;
  const scaleMs = scaleOf(shown);
  if (!traces.length)
    return (
      <div className="empty">
        <strong>{say("messages.empty")}</strong>
        <span>{say("messages.emptyMeans")}</span>
      </div>
    );
  return (
    <div ref={box} className="listing message">
      <div className="bar">
        <span className="muted">
          {say("messages.count", { count: count(traces.length), scale: duration(scaleMs) })}
          {isHeld && ` · ${say("rows.held")}`}
        </span>
        {Object.entries(swatches).map(([stage, swatch]) => (
          <span key={stage} className="key" style={{ "--swatch": swatch } as React.CSSProperties}>
            {say(`fall.${stage}`)}
          </span>
        ))}
        <input
          type="search"
          value={wanted}
          placeholder={say("filter.placeholder")}
          aria-label={say("filter.label")}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
      </div>
      <VirtualRows
        label={say("pane.messages")}
        heads={["head.message", "head.channel", "head.life", "head.end", "head.acts"].map((code) =>
          say(code),
        )}
        count={shown.length}
        height={isNarrow ? 62 : 36}
        handlers={handlers}
        row={(index, style) => (
          <TraceRow trace={shown[index] as Trace} scaleMs={scaleMs} index={index} style={style} />
        )}
      />
    </div>
  );
}

const swatches = {
  queued: "var(--strong)",
  stored: "var(--warn)",
  sent: "var(--accent)",
  seen: "var(--calm)",
};

const beginOf = ({ queuedMs, sentMs, settledMs }: Trace): number => queuedMs ?? sentMs ?? settledMs ?? 0;
const endOf = ({ settledMs, seenMs, sentMs, storedMs, queuedMs }: Trace): number =>
  Math.max(settledMs ?? 0, seenMs ?? 0, sentMs ?? 0, storedMs ?? 0, queuedMs ?? 0);

/** So that the latest fit: an old outage does not flatten what happens now. */
const scaleOf = (traces: readonly Trace[]): number =>
  traces.slice(0, 40).reduce((longest, trace) => Math.max(longest, endOf(trace) - beginOf(trace)), 1);

interface TraceRowProps {
  readonly trace: Trace;
  readonly scaleMs: number;
  readonly index: number;
  readonly style: React.CSSProperties;
}

const settlementText = ({ settlement }: Trace): string => {
  if (!settlement) return "";
  if (settlement.kind === "acked" && settlement.seq !== undefined) return `#${settlement.seq}`;
  return settlement.kind === "rejected" ? settlement.code : "";
};

function TraceRow({ trace, scaleMs, index, style }: TraceRowProps) {
  const { recorder, say } = useTools();
  const { id, channel, payload, settlement, transmissions } = trace;
  const kind = settlement?.kind ?? (trace.sentMs === undefined ? "queued" : "inFlight");
  const seq = settlement?.kind === "acked" ? settlement.seq : undefined;
  const epoch = recorder.inspection.channels.get(channel)?.cursor?.epoch;
  const others = seq === undefined ? [] : recorder.seenBy(channel, epoch, seq);
  const stages = stagesOf(trace).map(([code, ms]) => say(code, { ms: duration(ms) }));
  const seen = others.length > 0 && say("fall.others", { count: others.length });
  return (
    <div className="row" role="row" aria-rowindex={index + 1} style={style}>
      <span role="cell" className="mono" title={id}>
        {short(id)}
      </span>
      <span role="cell" title={channel}>
        {channel}
      </span>
      <span role="cell" className="bars" title={stages.join(" · ")}>
        <Fall trace={trace} scaleMs={scaleMs} />
        <span className="visually-hidden">{stages.join(", ")}</span>
      </span>
      <span role="cell" className="end">
        <span className="chip" data-tone={endTones[kind] ?? "calm"}>
          {say(`kind.${kind}`)} {settlementText(trace)}
        </span>{" "}
        <span
          className="muted"
          title={
            seen ? say("fall.othersAre", { ids: others.map(({ id }) => short(id)).join(", ") }) : undefined
          }
        >
          {transmissions > 1 && `×${transmissions} `}
          {seen}
        </span>
      </span>
      <span role="cell" className="acts">
        <button
          type="button"
          disabled={payload === undefined}
          title={say("act.againMeans")}
          onClick={() => recorder.client.send(payload, { channel })}
        >
          {say("act.again")}
        </button>
      </span>
    </div>
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

const width = 1_000;

function Fall({ trace, scaleMs }: { readonly trace: Trace; readonly scaleMs: number }) {
  const begin = beginOf(trace);
  const end = endOf(trace);
  const { storedMs, sentMs, settledMs, seenMs } = trace;
  const x = (ms: number): number => (Math.min(Math.max(0, ms - begin), scaleMs) / scaleMs) * (width - 12);
  const bar = (className: string, from: number, to: number) => (
    <rect className={className} x={x(from)} y="3" width={Math.max(4, x(to) - x(from))} height="8" rx="2" />
  );
  const mark = (className: string, ms: number) => (
    <rect className={className} x={x(ms)} y="0" width="6" height="14" rx="2" />
  );
  return (
    <svg className="fall" viewBox={`0 0 ${width} 14`} preserveAspectRatio="none" aria-hidden="true">
      {bar("wait", begin, sentMs ?? end)}
      {sentMs !== undefined && bar("way", sentMs, settledMs ?? Math.max(end, sentMs))}
      {storedMs !== undefined && mark("stored", storedMs)}
      {seenMs !== undefined && mark("seen", seenMs)}
    </svg>
  );
}
