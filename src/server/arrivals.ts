import type { Clock, Dice } from "../core/ports.ts";
import { createTokens } from "./tokens.ts";

/** The rate at which this node takes new sockets. Those above it are not told to go away, but when to come. */
export interface Arrivals {
  /** Takes a socket and answers 0, or answers in how many ms it may come again. */
  readonly arrive: () => number;
  /** How long those who were sent away most recently have to wait. */
  readonly backlogMs: () => number;
}

/** Clients that draw from the spread arrive at the rate on average, and by chance a little faster. */
const BURST_SECONDS = 2;
const LEAST_BURST = 100;
/** Nobody comes back sooner: the close handshake and the next dial take a while themselves. */
const SOONEST_MS = 1000;
/** Nobody waits longer; those beyond are spread over the second half of it. */
const LATEST_MS = 60_000;

export function createArrivals(perSecond: number, clock: Pick<Clock, "nowMs">, dice: Dice): Arrivals {
  const tokens = createTokens({ perSecond, burst: Math.max(LEAST_BURST, BURST_SECONDS * perSecond) }, clock);
  /** Each one sent away gets a moment of its own, so that they come back at the rate and not together. */
  let nextMs = -Infinity;
  return {
    arrive: () => {
      if (tokens.waitMs(1) === 0) {
        tokens.take(1);
        return 0;
      }
      const nowMs = clock.nowMs();
      nextMs = Math.max(nextMs, nowMs + SOONEST_MS) + 1000 / perSecond;
      if (nextMs <= nowMs + LATEST_MS) return Math.ceil(nextMs - nowMs);
      nextMs = nowMs + LATEST_MS;
      return Math.ceil((LATEST_MS * (1 + dice.roll())) / 2);
    },
    backlogMs: () => Math.max(0, nextMs - clock.nowMs()),
  };
}
