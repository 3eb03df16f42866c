import { ResilientSocketError } from "../core/errors.ts";

/** Refuses a number that is negative or NaN in any of these option groups. @throws INVALID_OPTION */
export const checkNumbers = (...groups: readonly (object | null | undefined)[]): void => {
  for (const group of groups)
    for (const [name, value] of Object.entries(group ?? {}))
      // The negation also refuses NaN.
      if (typeof value === "number" && !(value >= 0))
        throw new ResilientSocketError("INVALID_OPTION", `${name} must be 0 or more, got ${value}`);
};
