import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket, WebSocketServer } from "ws";
import { SUBPROTOCOL } from "../protocol/version.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import type { ClientAddress } from "./clientAddress.ts";
import type { ServerContext } from "./context.ts";
import type { ServerCore } from "./createServerCore.ts";
import { describeError } from "../core/describeError.ts";
import type { ResilientServer } from "./ResilientServer.ts";
import { isOriginAllowed } from "./origin.ts";
import { serverSocketOf } from "./serverSocketOf.ts";

export interface UpgradeContext
  extends
    Pick<ServerContext, "options" | "limits" | "log" | "metrics">,
    Pick<ServerCore, "accept" | "closedForMs"> {
  readonly addressOf: ClientAddress;
}

/** More fragments than any sender of ours needs; `ws` alone would take 16 384. */
const MAX_FRAGMENTS = 128;

/** Answers upgrades, whoever routed them here. `ws` is loaded at once, but not imported above, because it is optional. */
export function createUpgrader(context: UpgradeContext): ResilientServer["handleUpgrade"] {
  const { log, addressOf } = context;
  const warnOfProxy = once(() => log("warn", "PROXY_NOT_TRUSTED", { option: "trustProxy" }));
  let upgrader: WebSocketServer | undefined;
  const loading = load(context).then((loaded) => (upgrader = loaded));
  loading.catch((error: unknown) => log("error", "WS_MISSING", { error: describeError(error) }));

  function adopt(ws: WebSocket, { url = "", headers, socket }: IncomingMessage): void {
    ws.on("error", (error) => log("debug", "SOCKET_ERROR", { error: error.message }));
    const { remoteAddress: peer = "" } = socket;
    const forwardedFor = headers["x-forwarded-for"]?.toString();
    const remoteAddress = addressOf(peer, forwardedFor);
    // Said once: anybody can send the header, but where all peers do, they share the limits of one address.
    if (forwardedFor !== undefined && remoteAddress === peer) warnOfProxy();
    const events = context.accept(serverSocketOf(ws), { url, headers, remoteAddress });
    ws.on("message", (data: Buffer, isBinary: boolean) =>
      events.received(isBinary ? data : data.toString("utf8")),
    );
    ws.on("close", events.closed);
  }

  return (request, socket, head) => {
    // Without a listener an ECONNRESET here would end the process.
    socket.on("error", () => socket.destroy());
    const refused = whyRefused(context, request);
    if (refused) return refuse(context, request, socket, refused);
    const upgrade = (server: WebSocketServer) => {
      try {
        server.handleUpgrade(request, socket, head, (ws) => adopt(ws, request));
      } catch (error) {
        // Another listener has taken this socket already: it is its own to answer. Thrown on, this would end the process.
        log("error", "UPGRADE_FAILED", { error: describeError(error) });
      }
    };
    if (upgrader) upgrade(upgrader);
    else loading.then(upgrade, () => end(socket, "500 Internal Server Error"));
  };
}

async function load({ limits, log }: UpgradeContext): Promise<WebSocketServer> {
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

interface HttpRefusal {
  readonly status: string;
  readonly retryAfterMs?: number;
}

/** The gate that every request passes, whatever version it names and whoever routed it. */
function whyRefused(
  { options, closedForMs }: UpgradeContext,
  { headers }: IncomingMessage,
): HttpRefusal | undefined {
  const retryAfterMs = closedForMs();
  if (retryAfterMs !== undefined) return { status: "503 Service Unavailable", retryAfterMs };
  if (!isOriginAllowed(options, headers.origin, headers.host)) return { status: "403 Forbidden" };
  const offered = String(headers["sec-websocket-protocol"] ?? "").split(",");
  if (!offered.some((name) => name.trim() === SUBPROTOCOL)) return { status: "400 Bad Request" };
  return undefined;
}

function refuse(
  { log, metrics }: UpgradeContext,
  { headers: { origin = "", host = "" } }: IncomingMessage,
  socket: Duplex,
  { status, retryAfterMs }: HttpRefusal,
): void {
  metrics.count(metricNames.upgradesRefused, 1, status.slice(0, 3));
  log(retryAfterMs === undefined ? "warn" : "debug", "UPGRADE_REFUSED", { reason: status, origin, host });
  end(socket, status, retryAfterMs);
}

/** Answers without a body and lets go of the socket. */
export function end(socket: Duplex, status: string, retryAfterMs?: number): void {
  const seconds = Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1000));
  const retryAfter = retryAfterMs === undefined ? "" : `Retry-After: ${seconds}\r\n`;
  // A peer that never closes its half would hold the socket for ever.
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\n${retryAfter}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}

function once(task: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) task();
    isDone = true;
  };
}
