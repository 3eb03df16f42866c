import type { CloseCode } from "../protocol/CloseCode.ts";
import * as closeCodes from "../protocol/closeCodes.ts";

/** Why a connection ends: an `error` frame, then the close code. */
export interface Refusal {
  readonly code: string;
  readonly close: CloseCode;
  readonly retriable: boolean;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly ref?: string;
}

export const protocolError = (code: string, ref = ""): Refusal => ({
  code,
  close: closeCodes.protocol,
  retriable: false,
  ...(ref !== "" && { ref }),
});

export const invalidSeq = (ref: string): Refusal => ({
  code: "INVALID_SEQ",
  status: 400,
  close: closeCodes.invalidSeq,
  retriable: true,
  ref,
});

/** This node is leaving: the address, or the one `goaway` named, serves again. */
export const draining: Refusal = { code: "DRAINING", close: closeCodes.drain, retriable: true };

export const unauthorised: Refusal = {
  code: "UNAUTHORISED",
  close: closeCodes.unauthorised,
  retriable: false,
};

/** Too much of what may be asked for again later. */
export const busy = (code: string, retryAfterMs?: number): Refusal => ({
  code,
  close: closeCodes.busy,
  retriable: true,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

/** A defect of ours, or a store that does not answer: not the peer's fault. */
export const internal = (code: "INTERNAL" | "STORE_UNAVAILABLE"): Refusal => ({
  code,
  close: closeCodes.internal,
  retriable: true,
});
