"use client";
import type * as React from "react";
import type { ChannelLine } from "../src/devtools/channelBook.ts";
import { useTools } from "./context.ts";
import { clockTime, count } from "./format.ts";
import { useLatest } from "./useLatest.ts";

const shown = 200;

/** Where each channel stands, and what the last break did to it. */
export function ChannelsPane(): React.ReactNode {
  const { recorder, say } = useTools();
  const lines = useLatest(recorder.channels);
  if (!lines.length)
    return (
      <div className="empty">
        <strong>{say("channels.empty")}</strong>
        <span>{say("channels.emptyMeans")}</span>
      </div>
    );
  return (
    <table className="table" role="table">
      <caption className="visually-hidden">{say("pane.channels")}</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">
            {say("channels.name")}
          </th>
          <th role="columnheader" scope="col">
            {say("channels.cursor")}
          </th>
          <th role="columnheader" scope="col" className="number">
            {say("channels.lag")}
          </th>
          <th role="columnheader" scope="col" className="number">
            {say("channels.delivered")}
          </th>
          <th role="columnheader" scope="col">
            {say("channels.last")}
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {lines.slice(0, shown).map((line) => (
          <Line key={line.name} line={line} />
        ))}
      </tbody>
    </table>
  );
}

const resultTones = { kept: "good", replayed: "good", snapshot: "warn", lost: "bad", denied: "bad" } as const;

function Line({ line }: { readonly line: ChannelLine }) {
  const { say } = useTools();
  const { name, handlers, seq, epoch, lag, apart, isIdle, delivered, last } = line;
  return (
    <tr role="row">
      <th role="rowheader" scope="row">
        {name} <span className="muted">{isIdle ? say("channels.idle") : handlers > 1 && `×${handlers}`}</span>
      </th>
      <td role="cell" data-head={say("channels.cursor")} className="mono" title={epoch}>
        {seq === undefined ? "–" : `#${seq}`}
      </td>
      <td role="cell" data-head={say("channels.lag")} className="number">
        {lag === undefined ? "–" : count(lag)}
        {apart > 0 && <span className="muted"> {say("channels.apart", { count: apart })}</span>}
      </td>
      <td role="cell" data-head={say("channels.delivered")} className="number">
        {count(delivered)}
      </td>
      <td role="cell">
        {last ? (
          <>
            <span className="chip" data-tone={resultTones[last.result]}>
              {say(`continuity.${last.result}`, { count: last.replayed })}
            </span>{" "}
            <span className="muted">
              {[
                last.missed ? say("continuity.missed", { count: last.missed }) : "",
                last.reason,
                clockTime(last.at),
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </>
        ) : (
          <span className="muted">{say("channels.unbroken")}</span>
        )}
      </td>
    </tr>
  );
}
