import type { LogLevel } from "../core/logLevel.ts";

/** Never gets a payload or a token. Texts in `fields` are at most 200 characters and printable: control and format characters are spaces. */
export type Logger = (
  level: LogLevel,
  code: string,
  fields: Readonly<Record<string, string | number | boolean | null>>,
) => void;

/** Says something to the app's logger; never throws. */
export type Log = (
  level: LogLevel,
  code: string,
  fields?: Record<string, string | number | boolean | null>,
) => void;
