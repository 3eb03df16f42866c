import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock, Dice } from "../core/ports.ts";
import type { Cursor, Json } from "../protocol/frames.ts";
import type { FanOut, LogStore } from "./store/LogStore.ts";

/** What `authenticate` may look at; never the token again. */
export interface HandshakeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The socket's, or the one a proxy of `trustProxy` vouches for. */
  readonly remoteAddress: string;
}

export interface Identity {
  /** What the server calls the user. */
  readonly subject: string;
  /** Unix ms; null: does not expire. */
  readonly expiresAt?: number | null | undefined;
}

/** `null` refuses the login: close 4501. A throw or a rejection is a retriable failure: close 4010. */
export type Authenticate = (
  token: string | null,
  request: HandshakeRequest,
) => Identity | null | Promise<Identity | null>;

export interface AuthorizeRequest {
  readonly subject: string;
  readonly action: "read" | "write";
  readonly channel: string;
}

/** What `filter` is asked about: an event of the log, or a volatile message. */
export interface FilterEvent {
  /** Its place in the channel; undefined for a volatile message, which has none. */
  readonly seq: number | undefined;
  /** As stored. One object for all subjects: do not change it. */
  readonly payload: Json;
  /** Who sent it; undefined for what the server published. */
  readonly subject: string | undefined;
}

export interface FilterRequest {
  /** Who would see it. */
  readonly subject: string;
  readonly channel: string;
  readonly event: FilterEvent;
}

export type Filter = (request: FilterRequest) => boolean;

export type Snapshot = (
  channel: string,
  subject: string | undefined,
) => Promise<{ readonly state: Json; readonly cursor: Cursor }>;

export interface InboundMessage {
  readonly channel: string;
  readonly payload: Json;
  readonly id: string;
  readonly subject: string;
}

export interface MessageContext {
  /** Settles the message `rejected` with this code (≤ 32 bytes of A–Z, 0–9, _). Never returns. */
  readonly reject: (code: string) => never;
  /** Answers a `request`; the last call counts. Stored with the verdict. JSON of more than 1 KiB (UTF-8) arrives as the text `"REPLY_TOO_LARGE"`; the message is appended all the same. */
  readonly reply: (value: Json) => void;
}

export interface ServerLimits {
  /** UTF-8 bytes per WebSocket message, up. Default 65 536. */
  readonly maxFrameBytes?: number | undefined;
  /** Nesting of JSON. Default 32. */
  readonly maxDepth?: number | undefined;
  /** Keys of objects and elements of arrays a payload may have, together. Default 16 384. */
  readonly maxKeys?: number | undefined;
  /** Numbers in flight per (producer, channel). Default 1 024. */
  readonly windowMessages?: number | undefined;
  /** Default 1 MiB. */
  readonly windowBytes?: number | undefined;
  /** Channels a connection. Default 1 000. */
  readonly maxChannels?: number | undefined;
  /** Sustained messages per second a producer; bursts of one window. Default 100. */
  readonly messagesPerSecond?: number | undefined;
  /** The same for all producers and connections of a subject together. Default ten times `messagesPerSecond`. */
  readonly subjectMessagesPerSecond?: number | undefined;
  /** JSON text a second (in UTF-16 units) of the messages of a subject, whatever its connections; bursts of eight seconds. Default 2 MiB. */
  readonly bytesPerSecond?: number | undefined;
  /** Bytes that all connections of this node together may have waiting for the store. Default 256 MiB. */
  readonly maxPendingBytes?: number | undefined;
  /** Send buffer at which a slow reader is closed with 4011. Default 4 MiB. */
  readonly maxBufferedBytes?: number | undefined;
  /** Time for `auth`, in ms. Default 10 000. */
  readonly authTimeoutMs?: number | undefined;
  /** Events per delta before the channel gets a snapshot instead. Default 5 000. */
  readonly maxGap?: number | undefined;
  /** Calls of `snapshot` at a time; others wait, at most 1 000 and 4 s, then their clients are asked to come again. Default 4. */
  readonly concurrentSnapshots?: number | undefined;
  /** Connections of one subject. Default 100. */
  readonly connectionsPerSubject?: number | undefined;
  /** Connections not yet authenticated, per remote address (IPv6: per /64). Default 100. */
  readonly pendingPerAddress?: number | undefined;
  /** Connections per remote address (IPv6: per /64), many people behind one NAT included. Default 5 000. */
  readonly connectionsPerAddress?: number | undefined;
}

export type LogLevel = "debug" | "info" | "warn" | "error";
/** Never gets a payload or a token. Texts in `fields` are at most 200 characters and printable: control and format characters are spaces. */
export type Logger = (
  level: LogLevel,
  code: string,
  fields: Readonly<Record<string, string | number | boolean | null>>,
) => void;

export interface ResilientServerOptions {
  /** Omitted: SQLite at `./resilient-socket.db` (needs Node ≥ 22.13). */
  readonly store?: LogStore | undefined;
  readonly fanOut?: FanOut | undefined;
  readonly authenticate: Authenticate;
  /** Only `true` allows; any other answer refuses. Omitted: every authenticated subject may read and write every channel. */
  readonly authorize?: ((request: AuthorizeRequest) => boolean | Promise<boolean>) | undefined;
  /**
   * Returns what is stored instead of the payload, or a promise of it. `undefined` keeps the payload as it was sent, so a handler that
   * forgets to return stores what it was to change; `null` is stored as null. Runs before the commit, and may run more than once for one message.
   */
  readonly onMessage?: ((message: InboundMessage, context: MessageContext) => Json) | undefined;
  /**
   * Which events of a channel a subject may see: the same function for what is sent live, replayed, read and volatile. Synchronous,
   * asked once per subject and commit however many sockets the subject has. Only `true` shows; a throw or a promise hides and is
   * logged as `FILTER_FAILED`. It is asked about the sender's own events too. That something was hidden, and when, stays visible.
   */
  readonly filter?: Filter | undefined;
  /**
   * The state of a channel and the cursor it stands at, for gaps that are too large. Omitted: such gaps are `lost`. Without a
   * `filter` one state serves all who may read the channel, and `subject` is undefined; with one the source is asked per subject
   * and must leave out of the state what `filter` hides from it.
   */
  readonly snapshot?: Snapshot | undefined;
  /** Exact matches of the Origin header. Omitted: same host as the request only. */
  readonly origins?: readonly string[] | undefined;
  /** Accept requests without an Origin (native clients). Default false. */
  readonly allowMissingOrigin?: boolean | undefined;
  /**
   * Addresses and CIDR blocks of your own proxies: only what these append to `X-Forwarded-For` is believed, and the last address that
   * is not among them is the peer's. Omitted: the socket's address counts, so behind a proxy all peers share its limits. A text that
   * is neither throws `INVALID_OPTION`.
   */
  readonly trustProxy?: readonly string[] | undefined;
  readonly heartbeat?:
    { readonly intervalMs?: number | undefined; readonly timeoutMs?: number | undefined } | undefined;
  /**
   * Sockets per second this node takes: `welcome.spreadMs` = connections ÷ this. Those beyond it (bursts of two seconds, at least 100)
   * are told when to come again. Default 1 000.
   */
  readonly acceptPerSecond?: number | undefined;
  readonly limits?: ServerLimits | undefined;
  /** Default: warnings and errors on the console, each code at most every 10 s. `() => {}` for silence. */
  readonly logger?: Logger | undefined;
  /** Time and dice, for tests. */
  readonly ports?: { readonly clock: Clock; readonly dice: Dice } | undefined;
}

/** One accepted WebSocket, whatever library it comes from. */
export interface ServerSocket {
  readonly send: (text: string) => void;
  readonly close: (code: number, reason: string) => void;
  /** Cuts the connection without a close handshake. */
  readonly terminate: () => void;
  readonly bufferedBytes: () => number;
}

/** What the adapter tells the server about an accepted socket. */
export interface ServerSocketEvents {
  readonly received: (data: string | Uint8Array) => void;
  readonly closed: () => void;
}

export interface DrainOptions {
  /** The window over which the clients leave, in ms. Default 30 000. */
  readonly overMs?: number | undefined;
  /** `ws:` or `wss:` URL of where to go instead; a client follows it only if it knows the URL. */
  readonly to?: string | undefined;
}

export interface ResilientServer {
  /**
   * Answers upgrades on `path` (default `/ws`) of a Node HTTP server. As long as that server has no `request` listener but
   * ours it answers `GET /metrics`, `/healthz` and `/readyz` too, to anybody, and 404 to the rest, unless `endpoints` is false. An app of your
   * own answers every request itself, whenever it began to listen: it calls `handle`, behind its own access check if it has one.
   */
  readonly attach: (
    httpServer: Server,
    options?: { readonly path?: string; readonly endpoints?: boolean },
  ) => void;
  /**
   * For a framework that routes upgrades itself: takes one, whatever its path, through the same gate as `attach` (Origin, subprotocol,
   * drain, admission). What it refuses it answers and ends.
   */
  readonly handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /**
   * Answers `GET /metrics`, `/healthz` (the store could be opened) and `/readyz` (send me clients: the store reads and writes, nothing
   * drains) and says true; leaves any other request untouched and says false.
   */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** For other transports and tests: hand over an accepted, origin-checked socket. */
  readonly accept: (socket: ServerSocket, request: HandshakeRequest) => ServerSocketEvents;
  /**
   * Appends as the server. Resolves after the commit with the event's place. Rejects with `INVALID_OPTION` for a channel or
   * key that is no name (1–256 and 1–128 characters, no control characters) or a payload without JSON (`undefined` has none).
   */
  readonly publish: (
    channel: string,
    payload: Json,
    options?: { readonly idempotencyKey?: string },
  ) => Promise<Cursor>;
  /** Prometheus text format 0.0.4. */
  readonly metrics: () => string;
  /**
   * Before a deploy: `/readyz` fails and new sockets are refused at once; every client is asked to leave at a moment of its own within
   * `overMs`. Resolves when all have left, or after that time, when the rest were closed with 4001; what was accepted of them is
   * committed and acknowledged first (at most 5 s more). There is no way back: call `close` next. A repeated call answers the same promise.
   * Rejects with `INVALID_OPTION`.
   */
  readonly drain: (options?: DrainOptions) => Promise<void>;
  /**
   * Logs a subject out of this node: each of its connections is closed with 4501 at once, what is under way of them is not answered
   * any more, and no login that `authenticate` began before is let in without being asked again. Resolves with how many connections
   * were closed. Make `authenticate` refuse the old token first.
   */
  readonly revoke: (subject: string) => Promise<number>;
  /** Closes every connection with 1001, then the store, also one passed as `store`: a store belongs to one server. */
  readonly close: () => Promise<void>;
}
