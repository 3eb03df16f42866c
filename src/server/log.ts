import type { LogLevel } from "./options.ts";

/** Says something to the app's logger; never throws. */
export type Log = (
  level: LogLevel,
  code: string,
  fields?: Record<string, string | number | boolean | null>,
) => void;
