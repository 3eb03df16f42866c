/** Whether what was posted is a message of ours: other apps of the origin may post anything. */
import { isShape, isText, type Shape } from "../../protocol/shape.ts";

/** Of each kind `t`: whether the fields are what they must be. Unknown fields are ignored. */
export type Checks = Readonly<Record<string, (fields: Shape) => boolean>>;

export const isId = (value: unknown): value is string => isText(value, 128);

/** Null for anything else. */
export const createReader =
  <Message>(checks: Checks) =>
  (value: unknown): Message | null =>
    isShape(value) && isId(value["t"]) && Object.hasOwn(checks, value["t"]) && checks[value["t"]]?.(value)
      ? (value as Message)
      : null;
