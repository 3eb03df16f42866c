import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Cursor, Json } from "../protocol/frames.ts";
import type { HandshakeRequest } from "./access.ts";
import type { ServerSocket, ServerSocketEvents } from "./serverSocket.ts";

/** How long a drain takes, and where the clients go. */
export interface DrainOptions {
  /** The window over which the clients leave, in ms. Default 30 000. */
  readonly overMs?: number | undefined;
  /** `ws:` or `wss:` URL of where to go instead; a client follows it only if it knows the URL. */
  readonly to?: string | undefined;
}

/** A server on no port of its own: `attach` it to an HTTP server. */
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
