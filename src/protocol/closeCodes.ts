/**
 * Close codes of `resilient.v1`, read as `closeCodes.name`. 4000–4499 are retriable, 4500–4999 terminal.
 * Details travel in an `error` or `goaway` frame before the close, because 1006 hides the code.
 */
export const normal = 1000;
export const invalidSeq = 4000;
export const drain = 4001;
export const tokenExpired = 4004;
export const heartbeat = 4007;
export const authTimeout = 4008;
export const internal = 4010;
export const busy = 4011;
export const connectionLimit = 4012;
export const tooLarge = 4013;
export const superseded = 4014;
export const protocol = 4500;
export const unauthorised = 4501;
export const forbidden = 4503;
export const version = 4505;
