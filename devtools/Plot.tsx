"use client";
import type * as React from "react";
import { useTools } from "./context.ts";

interface PlotProps {
  readonly title: string;
  /** Oldest first; null: unknown. */
  readonly values: readonly (number | null)[];
  readonly show: (value: number) => string;
  readonly second?: readonly (number | null)[];
  readonly secondTitle?: string;
  /** Of the scale; default: the largest value. */
  readonly top?: number;
}

const width = 480;
const height = 64;

/** Fewer stretch over the whole width. */
const least = 80;
const perSecond = 4;

const pathOf = (values: readonly (number | null)[], top: number): string => {
  const step = width / (Math.max(values.length, least) - 1);
  let isOn = false;
  return values
    .map((value, i) => {
      if (value === null) {
        isOn = false;
        return "";
      }
      const command = isOn ? "L" : "M";
      isOn = true;
      const x = (width - (values.length - 1 - i) * step).toFixed(1);
      return `${command}${x} ${(height - 2 - (value / top) * (height - 6)).toFixed(1)}`;
    })
    .join("");
};

const largest = (values: readonly (number | null)[]): number =>
  values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);

export function Plot({ title, values, show, second, secondTitle, top }: PlotProps): React.ReactNode {
  const { say } = useTools();
  const last = values.at(-1);
  const lastSecond = second?.at(-1);
  const peak = Math.max(largest(values), second ? largest(second) : 0);
  const scale = top ?? (peak || 1);
  const text = (value: number | null | undefined): string => (value == null ? "–" : show(value));
  return (
    <figure className="plot">
      <figcaption>
        <span>
          {title} <b>{text(last)}</b>
        </span>
        {secondTitle && (
          <span className="key" style={{ "--swatch": "var(--calm)" } as React.CSSProperties}>
            {secondTitle} <b>{text(lastSecond)}</b>
          </span>
        )}
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <line className="base" x1="0" x2={width} y1={height - 1} y2={height - 1} />
        {second && <path className="line second" d={pathOf(second, scale)} />}
        <path className="line" d={pathOf(values, scale)} />
      </svg>
      <span className="scale">
        <span>{say("figure.ago", { seconds: Math.round(Math.max(values.length, least) / perSecond) })}</span>
        <span>{say("figure.peak", { value: peak ? show(peak) : "–" })}</span>
      </span>
    </figure>
  );
}
