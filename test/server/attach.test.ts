import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createResilientServer } from "../../src/server/createResilientServer.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { below, closeOf, createRealServer, rawFrame, type RealServer, upgradeRequest } from "./realServer.ts";

let real: RealServer;
beforeEach(() => {
  real = createRealServer();
});
afterEach(() => real.stop());

describe("the upgrade", () => {
  it("logs why an upgrade was refused, headers shortened and made printable (S1, S20)", async () => {
    const logged: unknown[] = [];
    await real.start({ logger: (level, code, fields) => logged.push([level, code, fields]) });
    expect(await real.dial({ origin: `https://evil.example/${"x".repeat(500)}` })).toMatchObject({
      status: 403,
    });
    expect(logged).toMatchObject([["warn", "UPGRADE_REFUSED", { reason: "403 Forbidden" }]]);
    expect(JSON.stringify(logged).length).toBeLessThan(500);
  });

  it("speaks the protocol over a real socket", async () => {
    await real.start();
    const ws = await real.open();
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
    await real.start();
    expect(await real.dial(headers, protocols, path)).toMatchObject({ status });
  });

  it("P3.11: picks our version among several", async () => {
    await real.start();
    const ws = await real.open({}, ["resilient.v9", "resilient.v1"]);
    expect(ws.protocol).toBe("resilient.v1");
    ws.terminate();
  });

  it("leaves other paths to other listeners", async () => {
    let heard = "";
    real.http.on("upgrade", (request, socket) => {
      if (request.url === "/ws") return;
      heard = request.url ?? "";
      socket.destroy();
    });
    await real.start();
    await real.dial({}, ["resilient.v1"], "/theirs");
    expect(heard).toBe("/theirs");
  });

  it.each([
    [
      "no Host",
      "HTTP/1.1 403 Forbidden",
      upgradeRequest({ Host: undefined }).replace("HTTP/1.1", "HTTP/1.0"),
    ],
    ["a URL that is none", "HTTP/1.1 404 Not Found", upgradeRequest({}, "//[:::/ws?%zz")],
  ])("%s is refused and the process lives on (S17)", async (_name, status, request) => {
    await real.start();
    expect((await real.raw(request)).split("\r\n")[0]).toBe(status);
    expect((await real.get("/healthz")).status).toBe(200);
  });
});

describe("limits on the socket", () => {
  it("P10.1: more than 64 KiB is refused before it is read (S12, CVE-2016-10542)", async () => {
    await real.start();
    const ws = await real.open();
    const closed = closeOf(ws);
    ws.send("x".repeat(65_537));
    expect(await closed).toBe(1009);
  });

  it("invalid UTF-8 and reserved bits close that connection only (fault 55, CVE-2022-21676)", async () => {
    await real.start();
    const healthy = await real.open();
    for (const bytes of [
      [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28],
      [0xf1, 0x80, 0, 0, 0, 0],
    ]) {
      const ws = await real.open();
      const closed = closeOf(ws);
      below(ws).write(Buffer.from(bytes));
      await closed;
    }
    healthy.send("{");
    expect(await closeOf(healthy)).toBe(4500);
  });

  it("a message that comes byte by byte is read (fault 13)", async () => {
    await real.start();
    const ws = await real.open();
    const frame = rawFrame(0x81, JSON.stringify({ t: "auth", token: null, group: "g", term: 1 }));
    let seen = "";
    ws.on("message", (data: Buffer) => (seen += data.toString()));
    for (const byte of frame) await new Promise((resolve) => below(ws).write(Buffer.from([byte]), resolve));
    await expect.poll(() => seen).toContain('"authed"');
    ws.terminate();
  });
});

describe("the endpoints", () => {
  it("tell a balancer whether to send clients: not while the node drains (fault 64)", async () => {
    await real.start();
    expect(await real.get("/readyz")).toMatchObject({ status: 200, body: "ready\n" });
    void real.server().drain();
    expect(await real.get("/readyz?x")).toMatchObject({ status: 503, body: "not ready\n" });
    expect((await real.get("/healthz")).status).toBe(200);
  });

  it("serve metrics and health where there is no app (S30)", async () => {
    await real.start();
    expect((await real.get("/metrics?x")).body).toContain("# TYPE resilient_connections gauge");
    expect(await real.get("/healthz")).toMatchObject({ status: 200, body: "ok\n" });
  });

  it("leave every answer to an app that listens before or after attach: nothing is answered twice (S17)", async () => {
    const answered: string[] = [];
    const app = (request: IncomingMessage, response: ServerResponse) => {
      answered.push(request.url ?? "");
      response.writeHead(200).end("app");
    };
    real.http.on("request", app);
    await real.start();
    expect((await real.get("/metrics")).body).toBe("app");
    real.http.off("request", app);
    expect((await real.get("/metrics")).body).toContain("# TYPE");
    real.http.on("request", app);
    expect((await real.get("/metrics")).body).toBe("app");
    expect((await real.get("/other")).body).toBe("app");
    expect(answered).toEqual(["/metrics", "/metrics", "/other"]);
  });

  it("are served by an app that asks handle first; what is not theirs is left untouched (S30)", async () => {
    real.http.on("request", (request, response) => {
      if (!real.server().handle(request, response)) response.end("app");
    });
    await real.start();
    expect((await real.get("/metrics?x")).body).toContain("# TYPE");
    expect(await real.get("/healthz")).toMatchObject({ status: 200, body: "ok\n" });
    expect((await real.get("/metricsx")).body).toBe("app");
    expect((await real.send("POST", "/metrics")).body).toBe("app");
  });

  it("are served once where several servers share a port", async () => {
    await real.start();
    const second = createResilientServer({ store: memoryStore(), authenticate: () => null });
    second.attach(real.http, { path: "/second" });
    expect((await real.get("/metrics")).body).toContain("# TYPE");
    expect((await real.get("/other")).status).toBe(404);
    await second.close();
  });

  it("are not served when attach is told so (S30)", async () => {
    await real.start({ endpoints: false });
    real.http.on("request", (_request, response) => response.end("app"));
    expect((await real.get("/metrics")).body).toBe("app");
  });

  it("are gone after close; listeners of the app stay", async () => {
    const app = () => undefined;
    real.http.on("request", app);
    await real.start();
    await real.server().close();
    expect(real.http.listeners("request")).toEqual([app]);
    expect(real.http.listenerCount("upgrade")).toBe(0);
  });

  it("answer 404 where there is no app, and 503 while the store cannot be opened (fault 61)", async () => {
    await real.start({ store: { ...memoryStore(), open: () => Promise.reject(new Error("locked")) } });
    expect((await real.get("/")).status).toBe(404);
    expect((await real.get("/healthz")).status).toBe(503);
    const ws = await real.open();
    const closed = closeOf(ws);
    ws.send(JSON.stringify({ t: "auth", token: null, group: "g", term: 1 }));
    expect(await closed).toBe(4010);
  });
});
