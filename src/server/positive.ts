import { ResilientSocketError } from "../core/errors.ts";

/** @throws INVALID_OPTION for anything else, Infinity too: in JSON it is null, and no client reads that. */
export function positive(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new ResilientSocketError("INVALID_OPTION", `${name} must be a positive number, not ${String(value)}`);
}
