import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect as connectTcp, type Socket } from "node:net";
import { WebSocket } from "ws";
import { createResilientServer } from "../../src/server/createResilientServer.ts";
import type { ResilientServerOptions } from "../../src/server/options.ts";
import type { ResilientServer } from "../../src/server/ResilientServer.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";

type Frame = Readonly<Record<string, unknown>>;

export interface Attempt {
  /** Everything it is told, from the first byte on. */
  readonly frames: readonly Frame[];
  readonly status?: number;
  readonly headers?: IncomingMessage["headers"];
  readonly ws?: WebSocket;
}

export interface RealServerOptions extends Partial<ResilientServerOptions> {
  readonly path?: string;
  readonly endpoints?: boolean;
  /** Routes upgrades and requests itself, as a framework does, instead of `attach`. */
  readonly route?: (http: Server, server: ResilientServer) => void;
}

/** The server on a real HTTP server of this machine, and peers that send what they like. */
export function createRealServer() {
  const http = createServer();
  const logged: { level: string; code: string; fields: Readonly<Record<string, unknown>> }[] = [];
  let server: ResilientServer | undefined;
  let port = 0;

  const host = () => `127.0.0.1:${port}`;
  const running = (): ResilientServer => {
    if (!server) throw new Error("start it first");
    return server;
  };

  /** Opens a WebSocket as a browser page of `origin` would; answers the HTTP status when it is refused. */
  const dial = (headers: Record<string, string> = {}, protocols = ["resilient.v1"], path = "/ws") =>
    new Promise<Attempt>((resolve) => {
      const origin = headers["origin"] ?? `http://${host()}`;
      const frames: Frame[] = [];
      const ws = new WebSocket(`ws://${host()}${path}`, protocols, { headers: { ...headers, origin } });
      ws.on("message", (data: Buffer) => {
        const parsed = JSON.parse(data.toString()) as Frame | Frame[];
        frames.push(...(Array.isArray(parsed) ? parsed : [parsed]));
      });
      ws.on("open", () => resolve({ frames, ws }));
      ws.on("unexpected-response", (_request, response) =>
        resolve({ frames, status: response.statusCode ?? 0, headers: response.headers }),
      );
      ws.on("error", () => resolve({ frames, status: -1 }));
    });

  /** The same, when it must succeed. */
  const open = async (...args: Parameters<typeof dial>): Promise<WebSocket> => {
    const { ws, status } = await dial(...args);
    if (!ws) throw new Error(`refused with ${status}`);
    return ws;
  };

  /** An open socket that is logged in, and every frame it is told. */
  const join = async (token: string | null = null, more: Parameters<typeof dial>[0] = {}) => {
    const { ws, frames, status } = await dial(more);
    if (!ws) throw new Error(`refused with ${status}`);
    const say = (...said: readonly unknown[]) => ws.send(JSON.stringify(said));
    say({ t: "auth", token, group: `g${joined++}`, term: 1 }, { t: "resume", channels: [], producers: [] });
    const of = (type: string) => frames.filter(({ t }) => t === type);
    return { ws, frames, say, of };
  };
  let joined = 0;

  /** Sends raw bytes and answers the head of what came back, or "closed" when the connection ended without one. */
  const raw = (text: string) =>
    new Promise<string>((resolve) => {
      const socket = connectTcp(port, "127.0.0.1", () => socket.write(text.replaceAll("HOST", host())));
      let received = "";
      socket.on("data", (data) => {
        received += data.toString("latin1");
        if (!received.includes("\r\n\r\n")) return;
        resolve(received.slice(0, received.indexOf("\r\n\r\n")));
        socket.destroy();
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve("closed"));
    });

  const send = (method: string, path: string, body = "") =>
    new Promise<{ status: number; body: string; headers: IncomingMessage["headers"] }>((resolve, reject) => {
      request({ host: "127.0.0.1", port, method, path }, (response) => {
        let text = "";
        response.on("data", (data: Buffer) => (text += data.toString()));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }),
        );
      })
        .on("error", reject)
        .end(body);
    });

  return {
    http,
    logged,
    dial,
    open,
    join,
    raw,
    send,
    get: (path: string) => send("GET", path),
    connectTcp: () => connectTcp(port, "127.0.0.1").on("error", () => {}),
    server: running,
    start: async ({ path = "/ws", endpoints = true, route, ...options }: RealServerOptions = {}) => {
      server = createResilientServer({
        store: memoryStore(),
        authenticate: (token) => ({ subject: token ?? "ann" }),
        logger: (level, code, fields) => void logged.push({ level, code, fields }),
        ...options,
      });
      if (route) route(http, server);
      else server.attach(http, { path, endpoints });
      await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
      ({ port } = http.address() as AddressInfo);
    },
    stop: async () => {
      await server?.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

export type RealServer = ReturnType<typeof createRealServer>;

export const closeOf = (ws: WebSocket) =>
  new Promise<number>((resolve) => ws.on("close", (code) => resolve(code)));

/** The TCP socket below an open WebSocket, to say what no WebSocket would. */
export const below = (ws: WebSocket): Socket => (ws as unknown as { readonly _socket: Socket })._socket;

/** A frame of a client: first byte as given, masked with zeros, so that the payload stays readable. */
export const rawFrame = (firstByte: number, payload: Uint8Array | string = ""): Buffer => {
  const bytes = Buffer.from(payload as string);
  const length = bytes.length < 126 ? [bytes.length] : [126, bytes.length >> 8, bytes.length & 255];
  return Buffer.from([firstByte, 0x80 | (length[0] ?? 0), ...length.slice(1), 0, 0, 0, 0, ...bytes]);
};

/** The request of an upgrade, with headers changed, or left out where undefined. */
export const upgradeRequest = (
  change: Readonly<Record<string, string | undefined>> = {},
  target = "/ws",
): string => {
  const headers = {
    Host: "HOST",
    Origin: "http://HOST",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "resilient.v1",
    ...change,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}\r\n`,
  );
  return `GET ${target} HTTP/1.1\r\n${lines.join("")}\r\n`;
};
