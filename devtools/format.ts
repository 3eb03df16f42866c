import { replacer } from "../src/devtools/plain.ts";

export const count = (n: number): string => n.toLocaleString("en");

/** 0.4 ms, 12 ms, 3.2 s, 5 min. */
export const duration = (ms: number): string => {
  if (ms < 10) return `${Math.max(0, ms).toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
};

export const bytes = (n: number): string => (n < 1_024 ? `${n} B` : `${(n / 1_024).toFixed(1)} kB`);

const clockFormat = new Intl.DateTimeFormat("en", {
  hour12: false,
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

/** Of the day, to the millisecond. */
export const clockTime = (at: number): string => clockFormat.format(at);

/** The first part of a UUID says enough. */
export const short = (id: string): string => (id.length > 13 ? `${id.slice(0, 8)}…` : id);

const plain = replacer(true);

/** Data in few lines: what is short stays on one. */
export const pretty = (value: unknown): string => {
  const line = (JSON.stringify(value, plain, 1) ?? "undefined").replace(/\n\s*/g, " ");
  return line.length < 56 ? line : JSON.stringify(value, plain, 2);
};
