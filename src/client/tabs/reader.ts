/** Whether what was posted is a message of ours: other apps of the origin may post anything. */

export type Fields = Readonly<Record<string, unknown>>;
/** Of each kind `t`: whether the fields are what they must be. Unknown fields are ignored. */
export type Checks = Readonly<Record<string, (fields: Fields) => boolean>>;

export const isRecord = (value: unknown): value is Fields => typeof value === "object" && value !== null;
export const isName = (value: unknown): value is string => typeof value === "string" && value.length <= 128;
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** Null for anything else. */
export const createReader =
  <Message>(checks: Checks) =>
  (value: unknown): Message | null =>
    isRecord(value) && isName(value.t) && Object.hasOwn(checks, value.t) && checks[value.t]?.(value)
      ? (value as Message)
      : null;
