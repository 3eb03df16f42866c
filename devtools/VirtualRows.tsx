"use client";
import * as React from "react";

interface VirtualRowsProps {
  readonly label: string;
  /** Of the columns; without, the rows are what their words say. */
  readonly heads?: readonly string[];
  readonly count: number;
  /** In px, the same for all. */
  readonly height: number;
  readonly row: (index: number, style: React.CSSProperties) => React.ReactNode;
  /** Of the scrolled part. */
  readonly handlers?: React.DOMAttributes<HTMLDivElement>;
}

/** Above and below what is seen. */
const spare = 6;

/** Draws the rows that are seen and none of the others. */
export function VirtualRows({
  label,
  heads,
  count,
  height,
  row,
  handlers,
}: VirtualRowsProps): React.ReactNode {
  const [seen, setSeen] = React.useState({ top: 0, size: 600 });
  const box = React.useRef<HTMLDivElement>(null);
  const look = (): void => {
    const { scrollTop: top = 0, clientHeight } = box.current ?? {};
    const size = clientHeight || 600;
    setSeen((before) => (before.top === top && before.size === size ? before : { top, size }));
  };
  React.useLayoutEffect(look, [count]);
  const first = Math.max(0, Math.floor(seen.top / height) - spare);
  const last = Math.min(count, Math.ceil((seen.top + seen.size) / height) + spare);
  return (
    <div className="virtual" role="table" aria-label={label} aria-rowcount={count}>
      {heads && (
        <div className="heads" role="row">
          {heads.map((text) => (
            <span key={text} role="columnheader">
              {text}
            </span>
          ))}
        </div>
      )}
      <div ref={box} className="rows" role="rowgroup" tabIndex={0} onScroll={look} {...handlers}>
        <div style={{ height: count * height }} role="presentation">
          {Array.from({ length: Math.max(0, last - first) }, (_, i) => (
            // By place: rows come and go by the hundred, elements need not.
            <React.Fragment key={i}>{row(first + i, { top: (first + i) * height, height })}</React.Fragment>
          ))}
        </div>
      </div>
    </div>
  );
}
