import type { Breaker } from "../core/breaker.ts";
import type { LogLevel } from "../core/logLevel.ts";
import type { Ports } from "../core/ports.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Hints, HintsOptions } from "./hints.ts";
import type {
  BackoffOptions,
  BreakerOptions,
  ClientOutboxOptions,
  HeartbeatOptions,
  OutboxOptions,
  TabsOptions,
  TimeoutOptions,
} from "./optionGroups.ts";
import type { Connection, ConnectionHost } from "./connection.ts";
import type { Protocol } from "./protocol.ts";
import type { Telemetry, TelemetryOptions } from "./telemetry.ts";

export type * from "./optionGroups.ts";

/**
 * Answers the current token, or `null` when nobody is signed in: asked for every attempt. `refresh` is true after the server
 * said that the last one expired (4004, `reauth`), or refused it (4501) and the app called `reconnect()`: a cached one will not do.
 */
export type FetchToken = (context: {
  readonly signal: AbortSignal;
  readonly refresh: boolean;
}) => Token | null | Promise<Token | null>;

/** What `auth` answers. */
export interface Token {
  readonly token: string;
  /** Unix ms, for the app: the server's own expiry decides. */
  readonly expiresAt?: number | null | undefined;
}

/**
 * One URL; or a list, of which the next is dialled when the breaker opens or the server's `goaway` names it; or a function, asked
 * for every attempt. One that throws, rejects or answers what must not be dialled fails that attempt (`URL_FAILED`).
 */
export type Url =
  | string
  | readonly string[]
  | ((context: {
      /** Aborted when nobody waits for the answer any more. */ readonly signal: AbortSignal;
    }) => string | Promise<string>);

/**
 * Never gets a payload, a token, a URL or the text of an error. Codes: `TRANSITION` (info), `CONTINUITY` (debug; warn for a gap),
 * `ROLLED_BACK` and `ANOMALY` (warn), `SETTLED` (debug; warn for what the log will not have), and every error's own code (error). The fields: docs/errors.md.
 */
export type ClientLogger = (level: LogLevel, code: string, fields: Readonly<Record<string, unknown>>) => void;

/** Makes the connection of a client: `tabs()`. */
export type Tabs = (options: ClientOptions, host: ConnectionHost) => Connection;

/** `createClient`: nothing is on unless it is given, and what is not given is not bundled. */
export interface ClientOptions {
  /** ws or wss; wss outside localhost. */
  readonly url: Url;
  /**
   * Names the connection: in figures, and beside its URL (another name is another client of a provider). Default: the first URL
   * without query. A `url` that is a function needs one.
   */
  readonly name?: string | undefined;
  readonly protocol: Protocol;
  readonly ports: Ports;
  /**
   * What the app calls its user: another identity is another client of a provider, and no message moves from one to the other. Without
   * one nothing is stored.
   */
  readonly identity?: string | undefined;
  readonly backoff?: BackoffOptions | undefined;
  /** `heartbeat()`. Absent: this side never asks a silent socket whether it lives. */
  readonly heartbeat?: Heartbeat | undefined;
  /** `hints()`, or `hints({ pauseHiddenAfterMs })`. Absent: `ports.sensors` are not listened to. */
  readonly hints?: Hints | undefined;
  /** `breaker()`. Absent: it never opens. */
  readonly breaker?: Breaker | undefined;
  readonly outbox?: ClientOutboxOptions | undefined;
  /** `tabs()`. Absent: this tab has a connection of its own. */
  readonly tabs?: Tabs | undefined;
  readonly timeouts?: TimeoutOptions | undefined;
  /** What `retain`'s last release does with unsent messages. Default `{ queue: 'keep', lingerMs: 0 }`. */
  readonly onUnmount?:
    { readonly queue?: "keep" | "purge" | undefined; readonly lingerMs?: number | undefined } | undefined;
  readonly logger?: ClientLogger | undefined;
  /** `telemetry()`. Absent: nothing is measured. */
  readonly telemetry?: Telemetry | undefined;
}

/** `createResilientClient` and the provider: our protocol, ports and defaults unless you bring others. */
export interface ResilientClientOptions
  extends
    Omit<
      ClientOptions,
      "protocol" | "ports" | "heartbeat" | "hints" | "breaker" | "outbox" | "tabs" | "telemetry"
    >,
    HintsOptions {
  /** Every figure of docs/metrics.md that a client makes, for RUM and OpenTelemetry. The server is told them anyway. */
  readonly telemetry?: TelemetryOptions | undefined;
  /** Tabs share one connection; default `{ election: 'auto' }`. With a `protocol` of your own: off unless given. */
  readonly tabs?: TabsOptions | undefined;
  readonly heartbeat?: HeartbeatOptions | undefined;
  readonly breaker?: BreakerOptions | undefined;
  readonly outbox?: OutboxOptions | undefined;
  readonly protocol?: Protocol | undefined;
  /** Each instead of the browser's. A `clock` without `tabs` shares with no other tab. */
  readonly ports?: Partial<Ports> | undefined;
  /** A function, or the URL of an endpoint that answers `{ token, expiresAt }` to a POST. Omitted: cookies; the server gets `null`. */
  readonly auth?: FetchToken | string | undefined;
}
