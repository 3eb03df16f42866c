import type * as closeCodes from "./closeCodes.ts";

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];
