import { closeCodes } from "../protocol/closeCodes.ts";
import type { Recovery } from "./connectionState.ts";
import type { ErrorCode } from "./errors.ts";

export interface Terminal {
  readonly error: ErrorCode;
  readonly recovery: Exclude<Recovery["kind"], "automatic">;
}

/** Standard codes that proxies send too: retried, but at most this often in a row. */
export const maxRefusals = 3;

/** 1002 protocol error, 1003 unsupported data, 1007 invalid payload, 1008 policy, 1010 extension. RFC 6455 §7.4.1. */
export const isRefusal = (code: number): boolean => [1002, 1003, 1007, 1008, 1010].includes(code);

/** 4500–4999 end the client; every other code is retriable. Null: retriable. */
export const terminal = (code: number): Terminal | null => {
  if (code < 4500 || code > 4999) return null;
  if (code === closeCodes.unauthorised) return { error: "UNAUTHORISED", recovery: "sign-in" };
  if (code === closeCodes.forbidden) return { error: "FORBIDDEN", recovery: "sign-in" };
  if (code === closeCodes.version) return { error: "VERSION_UNSUPPORTED", recovery: "update-app" };
  return { error: code === closeCodes.protocol ? "PROTOCOL_ERROR" : "CLOSED_BY_SERVER", recovery: "manual" };
};
