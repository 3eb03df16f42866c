/** What both sides take as a place in a log: the client refuses at the call what would cost it the connection. */
import { isCount, isShape, isText } from "./shape.ts";
import type { Cursor, Since } from "./frames.ts";

export const isPlace = (value: unknown): value is { readonly seq: number; readonly tail: string } =>
  isShape(value) && isCount(value["seq"]) && isText(value["tail"]);

export const isNumber = (value: unknown): boolean => isCount(value) && value > 0;

export const isProducer = (value: unknown): boolean => isText(value, 64) && /^[\w-]+$/.test(value);

/** The number of a message under another producer. */
export const isOrigin = (value: unknown): boolean =>
  isShape(value) && isProducer(value["p"]) && isNumber(value["n"]);

export const isCursor = (value: unknown): value is Cursor =>
  isPlace(value) && isText((value as Partial<Cursor>).epoch);

export const isSince = (value: unknown): value is Since =>
  value === "now" || value === "snapshot" || (isShape(value) && isCount(value["last"]));
