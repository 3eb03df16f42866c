import type { Backoff } from "../core/backoff.ts";
import type { Ports } from "../core/ports.ts";
import type { HeartbeatOptions } from "./heartbeatOptions.ts";
import type { Protocol } from "./protocol.ts";

export type { HeartbeatOptions } from "./heartbeatOptions.ts";

/** Answers the current token; called again after the server refused it. `null` means nobody is signed in. */
export type FetchToken = (context: {
  readonly signal: AbortSignal;
  readonly refresh: boolean;
}) => Token | null | Promise<Token | null>;

export interface Token {
  readonly token: string;
  /** Unix ms. */
  readonly expiresAt?: number | null | undefined;
}

export interface BackoffOptions {
  /** Default `perClient()`: 100–500 ms drawn once, doubled, capped at 30 s, ± 50 %. */
  readonly policy?: Backoff | undefined;
  /** Failures in a row after which the client gives up: `failed RETRIES_EXHAUSTED`. Default Infinity. */
  readonly maxAttempts?: number | undefined;
  /** Time without success after which the client gives up, in ms. Default Infinity. */
  readonly budgetMs?: number | undefined;
  /** Window of the first retry after an established session broke, where the server advises none. Default 0 in `resilient`, plain mode sets its own. */
  readonly firstRetrySpreadMs?: number | undefined;
  /** Longest spread a server may ask for, in ms. Default 120 000. */
  readonly maxSpreadMs?: number | undefined;
  /** A connection counts as stable, and failures as over, after this many ms. Default 5 000. */
  readonly minUptimeMs?: number | undefined;
}

export interface BreakerOptions {
  /** Failures in a row that open it, together with `minSilenceMs`. Default 8. */
  readonly failures?: number | undefined;
  /** Time without success, in ms. Default 60 000. */
  readonly minSilenceMs?: number | undefined;
  /** Time between probes while open, ± 50 %, in ms. Default 30 000. */
  readonly probeMs?: number | undefined;
}

export interface OutboxOptions {
  /** Messages. Default 1 000. */
  readonly capacity?: number | undefined;
  /** UTF-8 bytes of JSON. Default 5 MiB. */
  readonly maxBytes?: number | undefined;
  /** What happens to a message that does not fit. Default `reject`: it settles `rejected QUEUE_FULL`. */
  readonly overflow?: "reject" | "evict-oldest" | undefined;
  /** Older messages settle `expired`, or `uncertain` when possibly transmitted. Default 7 days. */
  readonly maxAgeMs?: number | undefined;
  /** Silence on a live socket after which unanswered numbers are sent again. Default 10 000. */
  readonly ackTimeoutMs?: number | undefined;
}

export interface TimeoutOptions {
  /** Until the socket is open. Default 10 000. */
  readonly connectMs?: number | undefined;
  /** Until `welcome`, stretched by failed attempts to at most 30 s. Default 10 000. */
  readonly handshakeMs?: number | undefined;
  /** Until every channel has a verdict; then the others go on. Default 10 000. */
  readonly resumeMs?: number | undefined;
}

export type LogLevel = "debug" | "info" | "warn" | "error";
/** Never gets a payload or a token. */
export type ClientLogger = (level: LogLevel, code: string, fields: Readonly<Record<string, unknown>>) => void;

/** `createClient`: nothing is on unless it is given. */
export interface ClientOptions {
  /** ws or wss; wss outside localhost. */
  readonly url: string;
  /** Key of tabs and outbox. Default: the URL without query. */
  readonly name?: string | undefined;
  readonly protocol: Protocol;
  readonly ports: Ports;
  /** What the app calls its user. */
  readonly identity?: string | undefined;
  readonly backoff?: BackoffOptions | undefined;
  readonly heartbeat?: HeartbeatOptions | undefined;
  readonly breaker?: BreakerOptions | undefined;
  readonly outbox?: OutboxOptions | undefined;
  readonly timeouts?: TimeoutOptions | undefined;
  /** What `retain`'s last release does with unsent messages. Default `{ queue: 'keep', lingerMs: 0 }`. */
  readonly onUnmount?:
    { readonly queue?: "keep" | "purge" | undefined; readonly lingerMs?: number | undefined } | undefined;
  readonly logger?: ClientLogger | undefined;
}

/** `createResilientClient` and the provider: our protocol, ports and defaults unless you bring others. */
export interface ResilientClientOptions extends Omit<ClientOptions, "protocol" | "ports"> {
  readonly protocol?: Protocol | undefined;
  readonly ports?: Partial<Ports> | undefined;
  /** A function, or the URL of an endpoint that answers `{ token, expiresAt }` to a POST. Omitted: cookies; the server gets `null`. */
  readonly auth?: FetchToken | string | undefined;
}
