import { ResilientSocketError } from "../core/errors.ts";
import type { Policy } from "../core/machine/input.ts";
import { checkNumbers } from "./checkNumbers.ts";
import type { ClientOptions } from "./options.ts";

/** Loopback, and the name RFC 6761 reserves for tests. */
const local = /^((.*\.)?(localhost|test)|127(\.\d+){3}|\[::1\])$/;

const isSecure = (url: string): boolean => {
  try {
    const { protocol, hostname } = new URL(url);
    return protocol === "wss:" || (protocol === "ws:" && local.test(hostname));
  } catch {
    return false;
  }
};

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
  const { url, backoff, breaker, timeouts, outbox, heartbeat, onUnmount } = options;
  if (!isSecure(url))
    throw new ResilientSocketError(
      "INVALID_OPTION",
      `url must be absolute and wss://, or ws:// on localhost, got ${String(url).split("?", 1)[0]}`,
    );
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
