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

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const inline = (value: unknown): string => {
  if (typeof value === "number") return String(Math.round(value * 1_000) / 1_000);
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (!isPlain(value)) return String(value);
  return Object.entries(value)
    .map(([key, part]) => (isPlain(part) ? `${key} (${inline(part)})` : `${key} ${inline(part)}`))
    .join(" · ");
};

/** Data as words: a line for each member that has members of its own, one for the rest. */
export const pretty = (value: unknown): string => {
  const data = JSON.parse(JSON.stringify(value, plain) ?? "null") as unknown;
  if (!isPlain(data)) return inline(data);
  const members = Object.entries(data);
  const flat = members.filter(([, part]) => !isPlain(part));
  const deep = members.filter(([, part]) => isPlain(part));
  return [inline(Object.fromEntries(flat)), ...deep.map(([key, part]) => `${key}: ${inline(part)}`)]
    .filter(Boolean)
    .join("\n");
};
