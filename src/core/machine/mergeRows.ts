import { ResilientSocketError } from "../errors.ts";
import type { Rows } from "./step.ts";

/** Composes the socket's rows with a protocol's and the features'. A pair that two define is an error. */
export const mergeRows = (...sets: readonly (Rows | undefined)[]): Rows => {
  const merged: Record<string, Record<string, unknown>> = {};
  for (const rows of sets)
    for (const [state, row] of Object.entries(rows ?? {})) {
      const target = (merged[state] ??= {});
      for (const [event, step] of Object.entries(row as object)) {
        if (target[event])
          throw new ResilientSocketError("INVALID_OPTION", `${state} × ${event} is defined twice`);
        target[event] = step;
      }
    }
  return merged;
};
