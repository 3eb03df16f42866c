/** The few questions a decoder asks. A value that answers yes has exactly that shape; nothing is converted. */

export type Shape = Readonly<Record<string, unknown>>;

export const isShape = (value: unknown): value is Shape =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isText = (value: unknown, max = 256): value is string =>
  typeof value === "string" && value.length <= max;

/** A non-negative safe integer. */
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

export const isAbsentOr = (value: unknown, check: (value: unknown) => boolean): boolean =>
  value === undefined || check(value);
