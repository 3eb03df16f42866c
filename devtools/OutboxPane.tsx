"use client";
import type * as React from "react";
import type { OutboxView } from "../src/devtools/recorder.ts";
import { type Circumstances, type Row, wasSentBefore, whyWaiting } from "../src/devtools/why.ts";
import { useTools } from "./context.ts";
import { bytes, count, duration } from "./format.ts";
import { MessageTable, SendAgain } from "./MessageTable.tsx";
import { useLatest } from "./useLatest.ts";

const rowsOf = ({ rows }: OutboxView): readonly Row[] => rows;

/** What is not settled, and for each message why. */
export function OutboxPane(): React.ReactNode {
  const { recorder, say } = useTools();
  const { capacity } = recorder.inspection.outbox.limits;
  const { outbox } = recorder.client;
  return (
    <MessageTable
      pane="outbox"
      view={useLatest(recorder.outbox)}
      rowsOf={rowsOf}
      told={(_, { rows }) =>
        say(Number.isFinite(capacity) ? "outbox.count" : "outbox.countOnly", {
          count: count(rows.length),
          capacity: count(capacity),
        })
      }
      tools={() => (
        <button type="button" onClick={() => outbox.clear()}>
          {say("outbox.cancelAll")}
        </button>
      )}
      heads={["age", "size", "why"]}
      cells={(_, { now }) =>
        (row) => <Waiting row={row} now={now} />}
      acts={(row) => (
        <>
          <button type="button" disabled={row.voided !== null} onClick={() => outbox.cancel(row.id)}>
            {say("act.cancel")}
          </button>
          <SendAgain {...row} />
        </>
      )}
    />
  );
}

function Waiting({ row, now }: { readonly row: Row; readonly now: Circumstances }) {
  const { say } = useTools();
  const { code, values } = whyWaiting(row, now);
  // Reasons and codes have texts of their own.
  const words = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, say(String(value))]));
  return (
    <>
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
    </>
  );
}
