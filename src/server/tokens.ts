import type { Clock } from "../core/ports.ts";

/** `burst` at once, then `perSecond`. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface Tokens {
  /** Ms until `amount` is there; 0: it is. */
  readonly waitMs: (amount: number) => number;
  /** Takes what `waitMs` has just said is there. */
  readonly take: (amount: number) => void;
  /** As good as new. */
  readonly isFull: () => boolean;
}

export function createTokens({ perSecond, burst }: Rate, clock: Pick<Clock, "nowMs">): Tokens {
  let left = burst;
  let atMs = clock.nowMs();
  const refill = () => {
    const nowMs = clock.nowMs();
    left = Math.min(burst, left + ((nowMs - atMs) / 1000) * perSecond);
    atMs = nowMs;
  };
  return {
    waitMs: (amount) => {
      refill();
      // A sum of fractions may fall short by a rounding error; whoever waited as told has what was promised.
      return left >= amount - 1e-6 ? 0 : Math.ceil(((amount - left) / perSecond) * 1000);
    },
    take: (amount) => {
      left -= amount;
    },
    isFull: () => {
      refill();
      return left >= burst;
    },
  };
}

/** A rate for each key. Forgets what is full again: a new one is the same. */
export function createTokensByKey(rate: Rate, clock: Pick<Clock, "nowMs">): (key: string) => Tokens {
  const known = new Map<string, Tokens>();

  /** Each newcomer looks at the two that were looked at longest ago, so that about as many stay as are in use. */
  const sweep = () => {
    let looks = 2;
    for (const [key, tokens] of known) {
      if (looks-- === 0) return;
      known.delete(key);
      if (!tokens.isFull()) known.set(key, tokens);
    }
  };

  return (key) => {
    let tokens = known.get(key);
    if (tokens) return tokens;
    sweep();
    known.set(key, (tokens = createTokens(rate, clock)));
    return tokens;
  };
}
