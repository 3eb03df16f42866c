import type { Policy } from "../core/machine/input.ts";
import { checkNumbers } from "./checkNumbers.ts";
import type { ClientOptions } from "./options.ts";

const defaults: Policy = {
  backoff: null,
  breaker: null,
  maxAttempts: Infinity,
  budgetMs: Infinity,
  firstRetrySpreadMs: 0,
  maxSpreadMs: 120_000,
  minUptimeMs: 5_000,
  connectMs: 10_000,
  handshakeMs: 10_000,
  resumeMs: 10_000,
};

/** Options as the machine's data; undefined is the default. Bad ones throw here, at construction. */
export const readPolicy = (options: ClientOptions): Policy => {
  const { backoff, breaker, timeouts, outbox, heartbeat, onUnmount } = options;
  checkNumbers(backoff, timeouts, outbox, heartbeat, onUnmount);
  const given: { readonly [K in keyof Policy]?: Policy[K] | undefined } = {
    ...backoff,
    ...timeouts,
    backoff: backoff?.policy,
    breaker,
  };
  return Object.fromEntries(
    Object.entries(defaults).map(([key, value]) => [key, given[key as keyof Policy] ?? value]),
  ) as unknown as Policy;
};
