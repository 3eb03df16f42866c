import { createHash } from "node:crypto";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket as WsWebSocket } from "ws";
import { createResilientClient } from "../../src/client/createResilientClient.ts";
import { browserSocket } from "../../src/platform/browserSocket.ts";
import { createResilientServer } from "../../src/server/createResilientServer.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { systemClock } from "../../src/platform/systemClock.ts";
import { systemDice } from "../../src/platform/systemDice.ts";
import { createChaosProxy, type ChaosProxy } from "../../src/testing/node/createChaosProxy.ts";

const crlf = "\r\n";
const accept = (request: string): string => {
  const key = /sec-websocket-key: *(\S+)/i.exec(request)?.[1] ?? "";
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
};
const switching = (request: string, ...headers: readonly string[]): string =>
  [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept(request)}`,
    "Sec-WebSocket-Protocol: resilient.v1",
    ...headers,
    crlf,
  ].join(crlf);
const deflate = (parameters: string): string => `Sec-WebSocket-Extensions: permessage-deflate${parameters}`;
/** A frame with this first byte; no server may mask, so the payload follows as it is. */
const frame = (first: number, payload: Buffer): Buffer => {
  const length = payload.length;
  const header =
    length < 126 ? [length] : [127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((bits) => (length >>> bits) & 255)];
  return Buffer.concat([Buffer.from([first, ...header]), payload]);
};
const text = 0x81;
const compressed = 0xc1;

type Answer = (socket: Socket, request: string) => void;
const says =
  (head: (request: string) => string, ...frames: readonly Buffer[]): Answer =>
  (socket, request) => {
    socket.write(head(request));
    for (const each of frames) socket.write(each);
  };
const plainly = (request: string): string => switching(request);

const hostile: Readonly<Record<string, Answer>> = {
  "negotiates a window of 999 bits (CVE-2026-2229)": says(
    (request) => switching(request, deflate("; server_max_window_bits=999")),
    frame(compressed, deflateRawSync("hello")),
  ),
  "negotiates a window of no number (CVE-2026-2229)": says(
    (request) => switching(request, deflate("; server_max_window_bits=abc; client_max_window_bits=-1")),
    frame(compressed, deflateRawSync("hello")),
  ),
  "sends what does not inflate": says(
    (request) => switching(request, deflate("")),
    frame(compressed, Buffer.alloc(64, 255)),
  ),
  "sends 64 MiB of zeros in 64 kB (CVE-2026-22036)": says(
    (request) => switching(request, deflate("")),
    frame(compressed, deflateRawSync(Buffer.alloc(64 * 1_048_576))),
  ),
  "answers through ten layers of compression (CVE-2026-22036)": (socket) =>
    socket.end(
      `HTTP/1.1 200 OK${crlf}content-encoding: ${Array.from({ length: 10_000 }, () => "gzip").join()}${crlf}${crlf}`,
    ),
  "is a captive portal: 200 and a page (fault 8)": (socket) =>
    socket.end(`HTTP/1.1 200 OK${crlf}content-type: text/html${crlf}${crlf}<p>Please sign in.`),
  "redirects to a sign-in page (fault 8)": (socket) =>
    socket.end(`HTTP/1.1 302 Found${crlf}location: http://127.0.0.1:1/login${crlf}${crlf}`),
  "accepts with a wrong key": (socket) => socket.write(switching("sec-websocket-key: x")),
  "answers with a megabyte of headers": (socket) =>
    socket.end(
      `HTTP/1.1 101 Switching Protocols${crlf}${`x-flood: ${"a".repeat(1_000)}${crlf}`.repeat(1_000)}${crlf}`,
    ),
  "speaks another protocol altogether": (socket) => socket.end("220 mail.example.com ESMTP\r\n"),
  "resets at once": (socket) => socket.resetAndDestroy(),
  "sets reserved bits": says(plainly, frame(0xf1, Buffer.from("{}"))),
  "uses an unknown opcode": says(plainly, frame(0x8b, Buffer.from("{}"))),
  "masks its frames": says(plainly, Buffer.from([text, 0x82, 1, 2, 3, 4, 122, 127])),
  "sends text that is no UTF-8": says(plainly, frame(text, Buffer.from([0xff, 0xfe, 0xfd]))),
  "announces a message of 2^63 bytes and falls silent": says(
    plainly,
    Buffer.from([text, 127, 127, 255, 255, 255, 255, 255, 255, 255]),
  ),
  "pings with too much": says(plainly, frame(0x89, Buffer.alloc(200))),
  "fragments a ping": says(plainly, frame(0x09, Buffer.from("a"))),
  "closes with half a code": says(plainly, frame(0x88, Buffer.from([3]))),
  "closes with a code that may not travel": says(plainly, frame(0x88, Buffer.from([3, 237]))),
  "closes with a reason that is no text": says(plainly, frame(0x88, Buffer.from([3, 232, 255, 254]))),
  "continues what never began": says(plainly, frame(0x80, Buffer.from("{}"))),
};

const classes = [
  ["Node's WebSocket", WebSocket],
  ["ws", WsWebSocket as unknown as typeof WebSocket],
] as const;

let answer: Answer = () => undefined;
let hostileServer: Server;
let proxy: ChaosProxy;
const http = createHttpServer();
const honest = createResilientServer({
  store: memoryStore({ ports: { clock: systemClock, dice: systemDice } }),
  authenticate: (token) => (token ? { subject: token } : null),
  allowMissingOrigin: true,
});
const portOf = (server: { address: () => unknown }): number => (server.address() as AddressInfo).port;

beforeAll(async () => {
  hostileServer = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (request) => answer(socket, request.toString("latin1")));
  }).listen(0, "127.0.0.1");
  await once(hostileServer, "listening");
  honest.attach(http);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  proxy = await createChaosProxy({ target: { port: portOf(hostileServer) } });
});
afterAll(async () => {
  await proxy.close();
  await honest.close();
  http.close();
  hostileServer.close();
});

describe.each(classes)("a client on %s and a server that", (_name, WebSocketClass) => {
  it.each(Object.keys(hostile))(
    "%s: the attempt fails, nothing is lost, the login is kept (fault 8, fault 12, CVE-2026-2229, CVE-2026-22036)",
    async (name) => {
      answer = hostile[name]!;
      proxy.retarget({ port: portOf(hostileServer) });
      const client = createResilientClient({
        url: `ws://127.0.0.1:${proxy.port}/ws`,
        auth: () => ({ token: "ann" }),
        timeouts: { connectMs: 2_000, handshakeMs: 500 },
        ports: { socket: browserSocket(WebSocketClass) },
      });
      const receipt = client.send("kept");
      client.connect();
      const before = process.memoryUsage().rss;
      for (let waited = 0; !["reconnecting", "failed"].includes(client.state.get().name); waited += 5) {
        if (waited > 10_000) throw new Error(`still ${client.state.get().name}`);
        await sleep(5);
      }
      expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1_048_576);
      expect(client.outbox.state.get().depth).toBe(1);
      const state = client.state.get();
      if (state.name === "failed") expect(state.code).toBe("NOT_RESILIENT");

      proxy.retarget({ port: portOf(http) });
      client.reconnect();
      expect(await receipt.settled).toMatchObject({ kind: "acked" });
      await client.dispose();
    },
  );
});
