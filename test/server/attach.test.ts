import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect as connectTcp } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createResilientServer } from "../../src/server/createResilientServer.ts";
import type { ResilientServer, ResilientServerOptions } from "../../src/server/options.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";

let http: Server;
let server: ResilientServer;
let port: number;

const start = async (options: Partial<ResilientServerOptions> = {}, path = "/ws", endpoints = true) => {
  server = createResilientServer({
    store: memoryStore(),
    authenticate: () => ({ subject: "ann" }),
    logger: () => undefined,
    ...options,
  });
  server.attach(http, { path, endpoints });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  ({ port } = http.address() as AddressInfo);
};

beforeEach(() => {
  http = createServer();
});
afterEach(async () => {
  await server.close();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

interface Attempt {
  readonly status?: number;
  readonly ws?: WebSocket;
}

/** Opens a WebSocket as a browser page of `origin` would; answers the HTTP status when it is refused. */
const dial = (headers: Record<string, string> = {}, protocols = ["resilient.v1"], path = "/ws") =>
  new Promise<Attempt>((resolve) => {
    const origin = headers["origin"] ?? `http://127.0.0.1:${port}`;
    const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers: { ...headers, origin } });
    ws.on("open", () => resolve({ ws }));
    ws.on("unexpected-response", (_request, response) => resolve({ status: response.statusCode ?? 0 }));
    ws.on("error", () => resolve({ status: -1 }));
  });

const closeOf = (ws: WebSocket) => new Promise<number>((resolve) => ws.on("close", (code) => resolve(code)));

/** Sends raw bytes and answers the head of what came back, or how the connection ended without one. */
const raw = (text: string) =>
  new Promise<string>((resolve) => {
    const socket = connectTcp(port, "127.0.0.1", () => socket.write(text));
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

const send = (method: string, path: string) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    request({ host: "127.0.0.1", port, method, path }, (response) => {
      let body = "";
      response.on("data", (data: Buffer) => (body += data.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on("error", reject)
      .end();
  });
const fetchText = (path: string) => send("GET", path);

describe("the upgrade", () => {
  it("logs why an upgrade was refused, headers shortened and made printable (S1, S20)", async () => {
    const logged: unknown[] = [];
    await start({ logger: (level, code, fields) => logged.push([level, code, fields]) });
    expect(await dial({ origin: `https://evil.example/${"x".repeat(500)}` })).toMatchObject({ status: 403 });
    expect(logged).toMatchObject([["warn", "UPGRADE_REFUSED", { reason: "403 Forbidden" }]]);
    expect(JSON.stringify(logged).length).toBeLessThan(500);
  });

  it("speaks the protocol over a real socket", async () => {
    await start();
    const { ws } = await dial();
    if (!ws) throw new Error("refused");
    expect(ws.protocol).toBe("resilient.v1");
    let seen = "";
    ws.on("message", (data: Buffer) => (seen += data.toString()));
    ws.send(
      JSON.stringify([
        { t: "auth", token: null, group: "g", term: 1 },
        { t: "resume", channels: [], producers: [] },
        { t: "pub", c: "c", p: "p", n: 1, acked: 0, m: [{ id: "i", d: 1 }] },
      ]),
    );
    await expect.poll(() => seen).toContain('"t":"ack","p":"p","c":"c","n":1');
    ws.close();
  });

  it.each([
    ["P3.10: another origin (S1)", { origin: "https://evil.example" }, ["resilient.v1"], "/ws", 403],
    ["P3.10: the origin null (S1, CVE-2026-27977)", { origin: "null" }, ["resilient.v1"], "/ws", 403],
    ["P3.11: no subprotocol (S5, CVE-2026-35523)", {}, [], "/ws", 400],
    ["P3.11: only an unknown version (S5)", {}, ["resilient.v0"], "/ws", 400],
    ["another path", {}, ["resilient.v1"], "/other", 404],
  ])("%s is refused", async (_name, headers, protocols, path, status) => {
    await start();
    expect(await dial(headers, protocols, path)).toEqual({ status });
  });

  it("P3.11: picks our version among several", async () => {
    await start();
    const { ws } = await dial({}, ["resilient.v9", "resilient.v1"]);
    expect(ws?.protocol).toBe("resilient.v1");
    ws?.terminate();
  });

  it("leaves other paths to other listeners", async () => {
    let heard = "";
    http.on("upgrade", (request, socket) => {
      if (request.url === "/ws") return;
      heard = request.url ?? "";
      socket.destroy();
    });
    await start();
    await dial({}, ["resilient.v1"], "/theirs");
    expect(heard).toBe("/theirs");
  });

  it.each([
    [
      "no key (CVE-2024-37890)",
      "closed",
      "GET /ws HTTP/1.1\r\nHost: HOST\r\nOrigin: http://HOST\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: resilient.v1\r\n\r\n",
    ],
    [
      "an unexpected Upgrade value (CVE-2020-7693)",
      "closed",
      "GET /ws HTTP/1.1\r\nHost: HOST\r\nOrigin: http://HOST\r\nUpgrade: websocket-x\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: resilient.v1\r\n\r\n",
    ],
    [
      "a long protocol header (CVE-2021-32640)",
      "HTTP/1.1 400 Bad Request",
      `GET /ws HTTP/1.1\r\nHost: HOST\r\nOrigin: http://HOST\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: ${" ,".repeat(3000)}\r\n\r\n`,
    ],
    [
      "no Host",
      "HTTP/1.1 403 Forbidden",
      "GET /ws HTTP/1.0\r\nOrigin: http://x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ],
    [
      "a URL that is none",
      "HTTP/1.1 404 Not Found",
      "GET //[:::/ws?%zz HTTP/1.1\r\nHost: HOST\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ],
  ])("%s is refused and the process lives on (S17)", async (_name, status, request) => {
    await start();
    const answer = await raw(request.replaceAll("HOST", `127.0.0.1:${port}`));
    expect(answer.split("\r\n")[0]).toBe(status);
    expect((await fetchText("/healthz")).status).toBe(200);
  });

  it("extensions named as prototype members are not negotiated and the process lives on (S17, GHSA-5v72)", async () => {
    await start();
    const answer = await raw(
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: constructor, __proto__;a\r\nSec-WebSocket-Protocol: resilient.v1\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer).not.toMatch(/^sec-websocket-extensions:/im);
    expect((await fetchText("/healthz")).status).toBe(200);
  });

  it("a peer that resets while it upgrades, or in the middle of a frame, hurts nobody (S17, CVE-2024-38355)", async () => {
    await start();
    for (let i = 0; i < 5; i++) {
      const socket = connectTcp(port, "127.0.0.1");
      socket.on("error", () => {});
      socket.write("GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
      socket.resetAndDestroy();
      const { ws } = await dial();
      (
        ws as unknown as { _socket: { write: (b: Buffer) => void; resetAndDestroy: () => void } }
      )._socket.write(Buffer.from([0x81, 0xfe]));
      (ws as unknown as { _socket: { resetAndDestroy: () => void } })._socket.resetAndDestroy();
    }
    expect((await fetchText("/healthz")).status).toBe(200);
  });
});

describe("limits on the socket", () => {
  it("P10.1: more than 64 KiB is refused before it is read (S12, CVE-2016-10542)", async () => {
    await start();
    const { ws } = await dial();
    const closed = closeOf(ws as WebSocket);
    ws?.send("x".repeat(65_537));
    expect(await closed).toBe(1009);
  });

  it("P10.2: a message in too many fragments is refused (S12, CVE-2026-48779)", async () => {
    await start();
    const { ws } = await dial();
    const closed = closeOf(ws as WebSocket);
    for (let i = 0; i < 200; i++) ws?.send("x", { fin: false });
    expect(await closed).toBeGreaterThanOrEqual(1002);
  });

  it("P10.3: compression is not negotiated (S13, CVE-2026-39804)", async () => {
    await start();
    const { ws } = await dial();
    expect(ws?.extensions).toBe("");
    ws?.terminate();
  });

  it("invalid UTF-8 and reserved bits close that connection only (fault 55, CVE-2022-21676)", async () => {
    await start();
    const { ws: healthy } = await dial();
    for (const bytes of [
      [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28],
      [0xf1, 0x80, 0, 0, 0, 0],
    ]) {
      const { ws } = await dial();
      const closed = closeOf(ws as WebSocket);
      (ws as unknown as { _socket: { write: (b: Buffer) => void } })._socket.write(Buffer.from(bytes));
      await closed;
    }
    healthy?.send("{");
    expect(await closeOf(healthy as WebSocket)).toBe(4500);
  });

  it("a message that comes byte by byte is read (fault 13)", async () => {
    await start();
    const { ws } = await dial();
    if (!ws) throw new Error("refused");
    const { _socket: socket } = ws as unknown as {
      _socket: { write: (b: Buffer, done: () => void) => void };
    };
    const text = JSON.stringify({ t: "auth", token: null, group: "g", term: 1 });
    const frame = Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0, ...Buffer.from(text)]);
    let seen = "";
    ws.on("message", (data: Buffer) => (seen += data.toString()));
    for (const byte of frame)
      await new Promise<void>((resolve) => socket.write(Buffer.from([byte]), resolve));
    await expect.poll(() => seen).toContain('"authed"');
    ws.terminate();
  });
});

describe("the endpoints", () => {
  it("serve metrics and health where there is no app (S30)", async () => {
    await start();
    expect((await fetchText("/metrics?x")).body).toContain("# TYPE resilient_connections gauge");
    expect(await fetchText("/healthz")).toEqual({ status: 200, body: "ok\n" });
  });

  it("leave every answer to an app that listens before or after attach: nothing is answered twice (S17)", async () => {
    const answered: string[] = [];
    const app = (request: IncomingMessage, response: ServerResponse) => {
      answered.push(request.url ?? "");
      response.writeHead(200).end("app");
    };
    http.on("request", app);
    await start();
    expect((await fetchText("/metrics")).body).toBe("app");
    http.off("request", app);
    expect((await fetchText("/metrics")).body).toContain("# TYPE");
    http.on("request", app);
    expect((await fetchText("/metrics")).body).toBe("app");
    expect((await fetchText("/other")).body).toBe("app");
    expect(answered).toEqual(["/metrics", "/metrics", "/other"]);
  });

  it("are served by an app that asks handle first; what is not theirs is left untouched (S30)", async () => {
    http.on("request", (request, response) => {
      if (!server.handle(request, response)) response.end("app");
    });
    await start();
    expect((await fetchText("/metrics?x")).body).toContain("# TYPE");
    expect(await fetchText("/healthz")).toEqual({ status: 200, body: "ok\n" });
    expect((await fetchText("/metricsx")).body).toBe("app");
    expect((await send("POST", "/metrics")).body).toBe("app");
  });

  it("are served once where several servers share a port", async () => {
    await start();
    const second = createResilientServer({ store: memoryStore(), authenticate: () => null });
    second.attach(http, { path: "/second" });
    expect((await fetchText("/metrics")).body).toContain("# TYPE");
    expect((await fetchText("/other")).status).toBe(404);
    await second.close();
  });

  it("are not served when attach is told so (S30)", async () => {
    await start({}, "/ws", false);
    http.on("request", (_request, response) => response.end("app"));
    expect((await fetchText("/metrics")).body).toBe("app");
  });

  it("are gone after close; listeners of the app stay", async () => {
    const app = () => undefined;
    http.on("request", app);
    await start();
    await server.close();
    expect(http.listeners("request")).toEqual([app]);
    expect(http.listenerCount("upgrade")).toBe(0);
  });

  it("answer 404 where there is no app, and 503 while the store cannot be opened (fault 61)", async () => {
    await start({ store: { ...memoryStore(), open: () => Promise.reject(new Error("locked")) } });
    expect((await fetchText("/")).status).toBe(404);
    expect((await fetchText("/healthz")).status).toBe(503);
    const { ws } = await dial();
    const closed = closeOf(ws as WebSocket);
    ws?.send(JSON.stringify({ t: "auth", token: null, group: "g", term: 1 }));
    expect(await closed).toBe(4010);
  });
});
