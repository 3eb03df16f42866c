"use client";
import type * as React from "react";
import type { Trace } from "../src/devtools/traces.ts";

const beginOf = ({ queuedMs, sentMs, settledMs }: Trace): number => queuedMs ?? sentMs ?? settledMs ?? 0;
/** What is not settled lasts until now. */
const endOf = ({ settledMs, seenMs }: Trace, nowMs: number): number =>
  Math.max(settledMs ?? nowMs, seenMs ?? 0);

/** What the whole width stands for, in ms. So that the latest fit: an old outage does not flatten what happens now. */
export const scaleOf = (traces: readonly Trace[], nowMs: number): number =>
  traces.slice(0, 40).reduce((longest, trace) => Math.max(longest, endOf(trace, nowMs) - beginOf(trace)), 1);

const width = 1_000;

interface FallProps {
  readonly trace: Trace;
  readonly scaleMs: number;
  readonly nowMs: number;
}

/** One message's life as a bar. */
export function Fall({ trace, scaleMs, nowMs }: FallProps): React.ReactNode {
  const begin = beginOf(trace);
  const end = endOf(trace, nowMs);
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
      {sentMs !== undefined && bar("way", sentMs, settledMs ?? end)}
      {storedMs !== undefined && mark("stored", storedMs)}
      {seenMs !== undefined && mark("seen", seenMs)}
    </svg>
  );
}
