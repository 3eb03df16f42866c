import type { Clock } from "../core/ports.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import { CONTROL_BURST, CONTROL_PER_SECOND, type ResolvedLimits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import { createTokens, createTokensByKey, type Tokens } from "./tokens.ts";

/**
 * How fast a subject may be. Held by the node, not by a connection: neither a second connection nor a second producer nor a
 * reconnect begins afresh. Every method takes what there is room for and answers 0, or takes nothing and answers the ms to wait.
 */
export interface Rates {
  /** Anything that has arrived, refused or not: an answer above 0 is for a peer that goes on although it was told to wait. */
  readonly received: (subject: string, bytes: number) => number;
  readonly message: (subject: string, p: string, bytes: number) => number;
  readonly volatile: (subject: string, bytes: number) => number;
  /** A frame without a number, of a connection that has its own `tokens` for them. */
  readonly control: (subject: string, tokens: Tokens) => number;
  /** What one connection may send without a number. */
  readonly controlTokens: () => Tokens;
}

/** Connections of a subject that may send frames without a number at their full rate together. */
const CONTROL_CONNECTIONS = 10;
/** Seconds of its bytes that a subject may send at once. */
const BURST_SECONDS = 8;
/** Who is told to wait sends its window once more afterwards; this many times what it may is no such thing. */
const FLOOD = 4;

interface Demand {
  readonly limit: "producer" | "subject" | "bytes" | "flood" | "control";
  readonly tokens: Tokens;
  readonly amount: number;
  /** How much must be there before it is worth another try. Default: the amount. */
  readonly worthwhile?: number;
}

export function createRates(limits: ResolvedLimits, clock: Clock, metrics: Pick<Metrics, "count">): Rates {
  const { messagesPerSecond, subjectMessagesPerSecond, windowMessages, bytesPerSecond } = limits;
  const producers = subjectMessagesPerSecond / messagesPerSecond;
  const control = { perSecond: CONTROL_PER_SECOND, burst: CONTROL_BURST };
  const bytes = {
    perSecond: bytesPerSecond,
    burst: Math.max(bytesPerSecond * BURST_SECONDS, limits.maxFrameBytes),
  };
  const byKey = (perSecond: number, burst: number) => createTokensByKey({ perSecond, burst }, clock);

  const ofProducer = byKey(messagesPerSecond, windowMessages);
  const ofSubject = byKey(subjectMessagesPerSecond, Math.ceil(windowMessages * Math.max(1, producers)));
  const bytesOf = byKey(bytes.perSecond, bytes.burst);
  const floodOf = byKey(FLOOD * bytes.perSecond, FLOOD * bytes.burst);
  const controlOf = byKey(CONTROL_CONNECTIONS * control.perSecond, CONTROL_CONNECTIONS * control.burst);

  /** All or nothing: what is refused costs none of the rates. */
  const charge = (...demands: readonly Demand[]): number => {
    let longestMs = 0;
    let slowest: Demand["limit"] | undefined;
    for (const { limit, tokens, amount, worthwhile = amount } of demands) {
      if (tokens.waitMs(amount) === 0) continue;
      const waitMs = tokens.waitMs(worthwhile);
      if (waitMs <= longestMs) continue;
      longestMs = waitMs;
      slowest = limit;
    }
    if (slowest === undefined) for (const { tokens, amount } of demands) tokens.take(amount);
    else metrics.count(metricNames.rateLimited, 1, slowest);
    return longestMs;
  };

  const ofBytes = (subject: string, amount: number): Demand => ({
    limit: "bytes",
    tokens: bytesOf(subject),
    amount,
    worthwhile: Math.max(amount, bytes.perSecond),
  });

  return {
    received: (subject, amount) => charge({ limit: "flood", tokens: floodOf(subject), amount }),
    message: (subject, p, amount) =>
      charge(
        { limit: "producer", tokens: ofProducer(`${p} ${subject}`), amount: 1 },
        { limit: "subject", tokens: ofSubject(subject), amount: 1 },
        ofBytes(subject, amount),
      ),
    volatile: (subject, amount) => charge(ofBytes(subject, amount)),
    control: (subject, tokens) =>
      charge(
        { limit: "control", tokens, amount: 1 },
        { limit: "control", tokens: controlOf(subject), amount: 1 },
      ),
    controlTokens: () => createTokens(control, clock),
  };
}
