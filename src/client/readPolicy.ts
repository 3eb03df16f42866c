import { ResilientSocketError } from '../core/errors.ts';
import type { Policy } from '../core/machine/input.ts';
import type { ClientOptions } from './options.ts';

const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|.*\.localhost)$/;

/** Options as the machine's data. Bad ones throw here, at construction. */
export const readPolicy = ({ url, backoff, breaker, timeouts = {} }: ClientOptions): Policy => {
  const target = URL.parse(url);
  if (!target || (target.protocol !== 'wss:' && !(target.protocol === 'ws:' && local.test(target.hostname))))
    throw new ResilientSocketError('INVALID_OPTION', 'url must be wss://, or ws:// on localhost');
  const policy: Policy = {
    backoff: backoff?.policy ?? null,
    maxAttempts: backoff?.maxAttempts ?? Infinity,
    budgetMs: backoff?.budgetMs ?? Infinity,
    firstRetrySpreadMs: backoff?.firstRetrySpreadMs ?? 0,
    maxSpreadMs: backoff?.maxSpreadMs ?? 120_000,
    minUptimeMs: backoff?.minUptimeMs ?? 5_000,
    breaker: breaker ? { failures: breaker.failures ?? 8, minSilenceMs: breaker.minSilenceMs ?? 60_000, probeMs: breaker.probeMs ?? 30_000 } : null,
    connectMs: timeouts.connectMs ?? 10_000,
    handshakeMs: timeouts.handshakeMs ?? 10_000,
    resumeMs: timeouts.resumeMs ?? 10_000,
  };
  return policy;
};
