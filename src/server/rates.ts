import type { Clock } from "../core/ports.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import { CONTROL_BURST, CONTROL_PER_SECOND, type ResolvedLimits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import { createTokens, createTokensByKey, type Tokens } from "./tokens.ts";

/**
 * How fast a subject may be. Held by the node, not by a connection: neither a second connection nor a second producer nor a
 * reconnect begins afresh. Every method answers the ms to wait, 0 when there is nothing to wait for.
 */
export interface Rates {
  /** Counts what has arrived, whatever it is. An answer above 0 is for a peer that goes on although it was told to wait. */
  readonly received: (subject: string, bytes: number) => number;
  /** Takes a message, or nothing when there is something to wait for. */
  readonly message: (subject: string, p: string) => number;
  /** Takes a frame without a number, of a connection that has its own `tokens` for them. */
  readonly control: (subject: string, tokens: Tokens) => number;
  /** Whether more has arrived than the subject may send. */
  readonly isBehind: (subject: string) => boolean;
  /** What one connection may send without a number. */
  readonly controlTokens: () => Tokens;
}

/** Connections of a subject that may send frames without a number at their full rate together. */
const CONTROL_CONNECTIONS = 10;
/** Seconds of its rate that a subject may send at once. */
const BURST_SECONDS = 8;

type Demand = readonly [limit: "producer" | "subject" | "bytes" | "control", tokens: Tokens, amount: number];

export function createRates(limits: ResolvedLimits, clock: Clock, metrics: Pick<Metrics, "count">): Rates {
  const { messagesPerSecond, subjectMessagesPerSecond, windowMessages, bytesPerSecond } = limits;
  const control = { perSecond: CONTROL_PER_SECOND, burst: CONTROL_BURST };
  const burst = Math.max(
    windowMessages,
    Math.ceil((windowMessages * subjectMessagesPerSecond) / messagesPerSecond),
  );
  const byteBurst = bytesPerSecond * BURST_SECONDS;
  const ofProducer = createTokensByKey({ perSecond: messagesPerSecond, burst: windowMessages }, clock);
  const ofSubject = createTokensByKey({ perSecond: subjectMessagesPerSecond, burst }, clock);
  const bytesOf = createTokensByKey({ perSecond: bytesPerSecond, burst: byteBurst }, clock);
  const controlOf = createTokensByKey(
    {
      perSecond: CONTROL_CONNECTIONS * control.perSecond,
      burst: CONTROL_CONNECTIONS * control.burst,
    },
    clock,
  );

  /** All or nothing: what is refused costs none of the rates. */
  const charge = (...demands: readonly Demand[]): number => {
    let longestMs = 0;
    let slowest: Demand[0] = "producer";
    for (const [limit, tokens, amount] of demands) {
      const waitMs = tokens.waitMs(amount);
      if (waitMs <= longestMs) continue;
      longestMs = waitMs;
      slowest = limit;
    }
    if (longestMs > 0) metrics.count(metricNames.rateLimited, 1, slowest);
    else for (const [, tokens, amount] of demands) tokens.take(amount);
    return longestMs;
  };

  return {
    received: (subject, bytes) => {
      const tokens = bytesOf(subject);
      tokens.take(bytes);
      const waitMs = tokens.waitMs(-byteBurst);
      if (waitMs > 0) metrics.count(metricNames.rateLimited, 1, "bytes");
      return waitMs;
    },
    message: (subject, p) =>
      charge(
        ["producer", ofProducer(`${p} ${subject}`), 1],
        ["subject", ofSubject(subject), 1],
        ["bytes", bytesOf(subject), 0],
      ),
    control: (subject, tokens) => charge(["control", tokens, 1], ["control", controlOf(subject), 1]),
    isBehind: (subject) => bytesOf(subject).waitMs(0) > 0,
    controlTokens: () => createTokens(control, clock),
  };
}
