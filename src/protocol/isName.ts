/** No control characters, so that it is safe in keys; no lone surrogates, because a store that speaks UTF-8 takes all of them for the same character. */
const unfit = /[\u0000-\u001f\u007f\ud800-\udfff]/u;

/** A name of a channel or group (256 characters) or a key (128): P2.6. */
export const isName = (value: unknown, max = 256): value is string =>
  typeof value === "string" && value !== "" && value.length <= max && !unfit.test(value);
