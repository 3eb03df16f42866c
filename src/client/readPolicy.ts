import { ResilientSocketError } from "../core/errors.ts";
import type { Policy } from "../core/machine/input.ts";
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

/** Options as the machine's data. Bad ones throw here, at construction. */
export const readPolicy = ({ url, backoff, breaker, timeouts = {} }: ClientOptions): Policy => {
  if (!isSecure(url))
    throw new ResilientSocketError("INVALID_OPTION", "url must be wss://, or ws:// on localhost");
  return {
    backoff: backoff?.policy ?? null,
    maxAttempts: backoff?.maxAttempts ?? Infinity,
    budgetMs: backoff?.budgetMs ?? Infinity,
    firstRetrySpreadMs: backoff?.firstRetrySpreadMs ?? 0,
    maxSpreadMs: backoff?.maxSpreadMs ?? 120_000,
    minUptimeMs: backoff?.minUptimeMs ?? 5_000,
    breaker: breaker
      ? {
          failures: breaker.failures ?? 8,
          minSilenceMs: breaker.minSilenceMs ?? 60_000,
          probeMs: breaker.probeMs ?? 30_000,
        }
      : null,
    connectMs: timeouts.connectMs ?? 10_000,
    handshakeMs: timeouts.handshakeMs ?? 10_000,
    resumeMs: timeouts.resumeMs ?? 10_000,
  };
};
