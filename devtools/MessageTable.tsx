"use client";
import * as React from "react";
import { useTools } from "./context.ts";
import { short } from "./format.ts";
import { useHeld } from "./useHeld.ts";
import { useIsNarrow } from "./useIsNarrow.ts";
import { VirtualRows } from "./VirtualRows.tsx";

interface Keyed {
  readonly id: string;
  readonly channel: string;
}

interface MessageTableProps<View, Row extends Keyed> {
  readonly pane: "outbox" | "messages";
  /** Held still while somebody points at it. */
  readonly view: View;
  readonly rowsOf: (view: View) => readonly Row[];
  /** Above the table: how many, and what can be done with all. */
  readonly told: (rows: readonly Row[], view: View) => string;
  readonly tools?: ((rows: readonly Row[]) => React.ReactNode) | undefined;
  /** After message and channel, before what can be done with one. */
  readonly heads: readonly string[];
  /** The cells that belong to them; those of one drawing share what is computed for all. */
  readonly cells: (rows: readonly Row[], view: View) => (row: Row) => React.ReactNode;
  readonly acts: (row: Row) => React.ReactNode;
}

/** Messages, one a row: a filter, the rows that are seen, and what can be done with each. */
export function MessageTable<View, Row extends Keyed>(props: MessageTableProps<View, Row>): React.ReactNode {
  const { pane, rowsOf, told, tools, heads, cells, acts } = props;
  const { say } = useTools();
  const [view, handlers, isHeld] = useHeld(props.view);
  const [wanted, setWanted] = React.useState("");
  const [box, isNarrow] = useIsNarrow<HTMLDivElement>(640);
  const all = rowsOf(view);
  const rows = wanted
    ? all.filter(({ id, channel }) => id.includes(wanted) || channel.includes(wanted))
    : all;
  if (!all.length)
    return (
      <div className="empty">
        <strong>{say(`${pane}.empty`)}</strong>
        <span>{say(`${pane}.emptyMeans`)}</span>
      </div>
    );
  const cellsOf = cells(rows, view);
  return (
    <div ref={box} className={`listing ${pane}`}>
      <div className="bar">
        <span className="muted">
          {told(rows, view)}
          {isHeld && ` · ${say("rows.held")}`}
        </span>
        {tools?.(rows)}
        <input
          type="search"
          value={wanted}
          placeholder={say("filter.placeholder")}
          aria-label={say("filter.label")}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
      </div>
      <VirtualRows
        label={say(`pane.${pane}`)}
        heads={["message", "channel", ...heads, "acts"].map((head) => say(`head.${head}`))}
        count={rows.length}
        height={isNarrow ? 62 : 36}
        handlers={handlers}
        row={(index, style) => {
          const row = rows[index] as Row;
          return (
            <div className="row" role="row" aria-rowindex={index + 1} style={style}>
              <span role="cell" className="mono" title={row.id}>
                {short(row.id)}
              </span>
              <span role="cell" title={row.channel}>
                {row.channel}
              </span>
              {cellsOf(row)}
              <span role="cell" className="acts">
                {acts(row)}
              </span>
            </div>
          );
        }}
      />
    </div>
  );
}

interface SendAgainProps {
  readonly channel: string;
  /** Undefined: it is not known. */
  readonly payload: unknown;
}

export function SendAgain({ channel, payload }: SendAgainProps): React.ReactNode {
  const { recorder, say } = useTools();
  return (
    <button
      type="button"
      disabled={payload === undefined}
      title={say("act.againMeans")}
      onClick={() => recorder.client.send(payload, { channel })}
    >
      {say("act.again")}
    </button>
  );
}
