"use client";
import * as React from "react";
import { type Circumstances, type Row, wasSentBefore, whyWaiting } from "../src/devtools/why.ts";
import { useTools } from "./context.ts";
import { bytes, count, duration, short } from "./format.ts";
import { useHeld } from "./useHeld.ts";
import { useIsNarrow } from "./useIsNarrow.ts";
import { VirtualRows } from "./VirtualRows.tsx";
import { useLatest } from "./useLatest.ts";

/** What is not settled, and for each message why. */
export function OutboxPane(): React.ReactNode {
  const { recorder, say } = useTools();
  const [{ rows, now }, handlers, isHeld] = useHeld(useLatest(recorder.outbox));
  const [wanted, setWanted] = React.useState("");
  const [box, isNarrow] = useIsNarrow<HTMLDivElement>(640);
  const { capacity } = recorder.inspection.outbox.limits;
  const { outbox } = recorder.client;
  const shown = wanted
    ? rows.filter(({ id, channel }) => id.includes(wanted) || channel.includes(wanted))
    : rows;
  if (!rows.length)
    return (
      <div className="empty">
        <strong>{say("outbox.empty")}</strong>
        <span>{say("outbox.emptyMeans")}</span>
      </div>
    );
  return (
    <div ref={box} className="listing outbox">
      <div className="bar">
        <span className="muted">
          {say(Number.isFinite(capacity) ? "outbox.count" : "outbox.countOnly", {
            count: count(rows.length),
            capacity: count(capacity),
          })}
          {isHeld && ` · ${say("rows.held")}`}
        </span>
        <input
          type="search"
          value={wanted}
          placeholder={say("filter.placeholder")}
          aria-label={say("filter.label")}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <button type="button" onClick={() => outbox.clear()}>
          {say("outbox.cancelAll")}
        </button>
      </div>
      <VirtualRows
        label={say("pane.outbox")}
        heads={["head.message", "head.channel", "head.age", "head.size", "head.why", "head.acts"].map(
          (code) => say(code),
        )}
        count={shown.length}
        height={isNarrow ? 62 : 36}
        handlers={handlers}
        row={(index, style) => <OutboxRow row={shown[index] as Row} now={now} index={index} style={style} />}
      />
    </div>
  );
}

interface OutboxRowProps {
  readonly row: Row;
  readonly now: Circumstances;
  readonly index: number;
  readonly style: React.CSSProperties;
}

function OutboxRow({ row, now, index, style }: OutboxRowProps) {
  const { recorder, say } = useTools();
  const { client } = recorder;
  const { code, values } = whyWaiting(row, now);
  // Reasons and codes have texts of their own.
  const words = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, say(String(value))]));
  const { id, channel, payload } = row;
  return (
    <div className="row" role="row" aria-rowindex={index + 1} style={style}>
      <span role="cell" className="mono" title={id}>
        {short(id)}
      </span>
      <span role="cell" title={channel}>
        {channel}
      </span>
      <span role="cell" className="number muted">
        {duration(now.nowMs - row.queuedAtMs)}
      </span>
      <span role="cell" className="number muted">
        {bytes(row.bytes)}
      </span>
      <span role="cell" className="why" title={say(code, words)}>
        {say(code, words)}
        {wasSentBefore(row, now) && ` ${say("why.before")}`}
      </span>
      <span role="cell" className="acts">
        <button type="button" disabled={row.voided !== null} onClick={() => client.outbox.cancel(id)}>
          {say("act.cancel")}
        </button>
        <button type="button" title={say("act.againMeans")} onClick={() => client.send(payload, { channel })}>
          {say("act.again")}
        </button>
      </span>
    </div>
  );
}
