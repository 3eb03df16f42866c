import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket, WebSocketServer } from "ws";
import { SUBPROTOCOL } from "../protocol/version.ts";
import type { ServerContext } from "./context.ts";
import { type Handle, serveEndpoints } from "./endpoints.ts";
import { isOriginAllowed } from "./origin.ts";
import type { HandshakeRequest, ResilientServer } from "./options.ts";
import { pathOf } from "./pathOf.ts";
import { serverSocketOf } from "./serverSocketOf.ts";
import { describeError } from "./describeError.ts";

export interface AttachOptions extends Pick<ServerContext, "options" | "limits" | "log"> {
  readonly httpServer: Server;
  readonly path: string;
  /** Absent: no HTTP request is answered. */
  readonly handle: Handle | undefined;
  readonly accept: ResilientServer["accept"];
}

/** More fragments than any sender of ours needs; `ws` alone would take 16 384. */
const MAX_FRAGMENTS = 128;

/** Puts the server on `path` of an HTTP server. Answers how to take it off again. `ws` is loaded here, because it is optional. */
export function attach(attachment: AttachOptions): () => void {
  const { httpServer, path, handle } = attachment;
  let upgrader: WebSocketServer | undefined;
  const loading = load(attachment).then((loaded) => (upgrader = loaded));
  loading.catch((error: unknown) => attachment.log("error", "WS_MISSING", { error: describeError(error) }));

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Without a listener an ECONNRESET here would end the process.
    socket.on("error", () => socket.destroy());
    if (pathOf(request) !== path) {
      if (httpServer.listenerCount("upgrade") === 1) refuse(socket, "404 Not Found");
      return;
    }
    const reason = whyRefused(attachment, request);
    if (reason) {
      const { origin = "", host = "" } = request.headers;
      attachment.log("warn", "UPGRADE_REFUSED", { reason, origin, host });
      return refuse(socket, reason);
    }
    const upgrade = (server: WebSocketServer) =>
      server.handleUpgrade(request, socket, head, (ws) => adopt(attachment, ws, request));
    if (upgrader) upgrade(upgrader);
    else loading.then(upgrade).catch(() => refuse(socket, "500 Internal Server Error"));
  };

  const stopServing = handle ? serveEndpoints(httpServer, handle) : () => {};
  httpServer.on("upgrade", onUpgrade);
  return () => {
    httpServer.off("upgrade", onUpgrade);
    stopServing();
  };
}

async function load({ limits, log }: AttachOptions): Promise<WebSocketServer> {
  const { WebSocketServer: Upgrader } = await import("ws");
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxFrameBytes,
    maxFragments: MAX_FRAGMENTS,
    // A slow link may deliver a whole message byte by byte.
    maxBufferedChunks: limits.maxFrameBytes + MAX_FRAGMENTS,
    handleProtocols: () => SUBPROTOCOL,
  };
  const upgrader = new Upgrader(options);
  upgrader.on("error", (error) => log("error", "WS_ERROR", { error: describeError(error) }));
  upgrader.on("wsClientError", (_error, socket) => socket.destroy());
  return upgrader;
}

/** The gate that every request passes, whatever version it names. */
function whyRefused({ options }: AttachOptions, { headers }: IncomingMessage): string | undefined {
  if (!isOriginAllowed(options, headers.origin, headers.host)) return "403 Forbidden";
  const offered = String(headers["sec-websocket-protocol"] ?? "").split(",");
  if (!offered.some((name) => name.trim() === SUBPROTOCOL)) return "400 Bad Request";
  return undefined;
}

function adopt({ accept, log }: AttachOptions, ws: WebSocket, request: IncomingMessage): void {
  ws.on("error", (error) => log("debug", "SOCKET_ERROR", { error: error.message }));
  const events = accept(serverSocketOf(ws), requestOf(request));
  ws.on("message", (data: Buffer, isBinary: boolean) =>
    events.received(isBinary ? data : data.toString("utf8")),
  );
  ws.on("close", events.closed);
}

function requestOf({ url, headers, socket }: IncomingMessage): HandshakeRequest {
  return { url: url ?? "", headers, remoteAddress: socket.remoteAddress ?? "" };
}

function refuse(socket: Duplex, status: string): void {
  // A peer that never closes its half would hold the socket for ever.
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
