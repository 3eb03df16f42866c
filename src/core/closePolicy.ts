import * as closeCodes from "../protocol/closeCodes.ts";
import type { FailedRecovery } from "./connectionState.ts";
import type { ErrorCode } from "./errors.ts";

type Terminal = readonly [error: ErrorCode, recovery: FailedRecovery];

/** What the server meant by a close, where that is not the usual. */
export interface CloseAdvice {
  /** It asked to be left alone for at least this long. */
  readonly retryAfterMs?: number | undefined;
  /** Instead of what the code means. */
  readonly verdict?: "retry" | Terminal | undefined;
}

const terminals: Readonly<Record<number, Terminal>> = {
  [closeCodes.protocol]: ["PROTOCOL_ERROR", "manual"],
  [closeCodes.unauthorised]: ["UNAUTHORISED", "sign-in"],
  [closeCodes.forbidden]: ["FORBIDDEN", "sign-in"],
  [closeCodes.version]: ["VERSION_UNSUPPORTED", "update-app"],
};

/** Standard codes that proxies send too: retried, but at most this often in a row. */
export const maxRefusals = 3;

/** 1002 protocol error, 1003 unsupported data, 1007 invalid payload, 1008 policy, 1010 extension. RFC 6455 §7.4.1. */
export const isRefusal = (code: number): boolean => [1002, 1003, 1007, 1008, 1010].includes(code);

/** 4500–4999 end the client. Undefined: retriable, as every other code is. */
export const terminal = (code: number): Terminal | undefined =>
  code < 4500 || code > 4999 ? undefined : (terminals[code] ?? ["CLOSED_BY_SERVER", "manual"]);
