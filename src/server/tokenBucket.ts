/** A rate that allows bursts: `burst` at once, then `perSecond`. */
export interface TokenBucket {
  tokens: number;
  atMs: number;
}

export const fullBucket = (burst: number, nowMs: number): TokenBucket => ({ tokens: burst, atMs: nowMs });

/** Takes one token and answers 0, or answers how many ms to wait for the next one. */
export function takeToken(bucket: TokenBucket, perSecond: number, burst: number, nowMs: number): number {
  bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond);
  bucket.atMs = nowMs;
  // A sum of fractions may fall short of 1 by a rounding error; whoever waited as told has a token.
  if (bucket.tokens < 1 - 1e-6) return Math.ceil(((1 - bucket.tokens) / perSecond) * 1000);
  bucket.tokens -= 1;
  return 0;
}
