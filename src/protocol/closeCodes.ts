/**
 * Close codes of `resilient.v1`. 4000–4499 are retriable, 4500–4999 terminal.
 * Details travel in an `error` or `goaway` frame before the close, because 1006 hides the code.
 */
export const closeCodes = {
  normal: 1000,
  invalidSeq: 4000,
  drain: 4001,
  tokenExpired: 4004,
  heartbeat: 4007,
  authTimeout: 4008,
  internal: 4010,
  busy: 4011,
  connectionLimit: 4012,
  tooLarge: 4013,
  superseded: 4014,
  protocol: 4500,
  unauthorised: 4501,
  forbidden: 4503,
  version: 4505,
} as const;

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];
