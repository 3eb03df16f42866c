import type * as closeCodes from "./closeCodes.ts";

/** A close code that this protocol gives a meaning. */
export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];
