import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HandshakeRequest } from "../../src/server/access.ts";
import { closeOf, createRealServer, type RealServer, upgradeRequest } from "./realServer.ts";

let real: RealServer;
beforeEach(() => {
  real = createRealServer();
});
afterEach(() => real.stop());

/** As a framework does: its own routes, for requests and for upgrades. */
const framework: Parameters<RealServer["start"]>[0] = {
  route: (http, server) => {
    http.on("request", (request, response) => {
      if (!server.handle(request, response)) response.end("app");
    });
    http.on("upgrade", (request, socket, head) => server.handleUpgrade(request, socket, head));
  },
};

describe("handleUpgrade", () => {
  it("of a socket that somebody else has taken does not end the process, nor what was taken (fault 55)", async () => {
    await real.start({
      route: (http, server) =>
        http.on("upgrade", (request, socket, head) => {
          server.handleUpgrade(request, socket, head);
          // Two servers on one path, or an app's own WebSocketServer: a throw in this event is an uncaught exception.
          expect(() => server.handleUpgrade(request, socket, head)).not.toThrow();
        }),
    });
    const { ws, of } = await real.join();
    await expect.poll(() => of("welcome").length).toBe(1);
    ws.terminate();
    expect(real.logged).toMatchObject([{ level: "error", code: "UPGRADE_FAILED" }]);
  });

  it("serves a framework that routes upgrades itself, whatever the path (S26)", async () => {
    await real.start(framework);
    const { ws, of } = await real.join();
    await expect.poll(() => of("welcome").length).toBe(1);
    ws.terminate();
    expect((await real.get("/app")).body).toBe("app");
    expect((await real.get("/readyz")).body).toBe("ready\n");
  });

  it.each([
    ["another origin", { origin: "https://evil.example" }, ["resilient.v1"], 403],
    ["the origin null", { origin: "null" }, ["resilient.v1"], 403],
    ["no subprotocol", {}, [], 400],
    ["another subprotocol", {}, ["graphql-ws"], 400],
  ])(
    "refuses %s as attach does: there is one gate (S1, S5, S26)",
    async (_name, headers, protocols, status) => {
      const attached = createRealServer();
      await attached.start();
      await real.start(framework);
      for (const one of [attached, real])
        expect(await one.dial(headers, protocols)).toMatchObject({ status });
      await attached.stop();
    },
  );

  it("reads what came with the request in one packet (fault 13)", async () => {
    await real.start(framework);
    const auth = JSON.stringify({ t: "auth", token: null, group: "g", term: 1 });
    const socket = real.connectTcp();
    let received = "";
    socket.on("data", (data) => (received += data.toString("latin1")));
    const { address, port } = real.http.address() as { address: string; port: number };
    const head = upgradeRequest().replaceAll("HOST", `${address}:${port}`);
    socket.write(
      Buffer.concat([
        Buffer.from(head),
        Buffer.from([0x81, 0x80 | auth.length, 0, 0, 0, 0]),
        Buffer.from(auth),
      ]),
    );
    await expect.poll(() => received).toContain('"authed"');
    socket.destroy();
  });
});

describe("a node that is left", () => {
  it("P9.6: refuses upgrades with 503 and Retry-After, and closes whom it had with 4001 (fault 64)", async () => {
    await real.start();
    const { ws, of } = await real.join();
    const closed = closeOf(ws);
    await expect.poll(() => of("welcome").length).toBe(1);
    const drained = real.server().drain({ overMs: 300 });
    expect(await real.dial()).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
    await expect.poll(() => of("goaway").length).toBe(1);
    await drained;
    expect(await closed).toBe(4001);
    expect(of("error")).toMatchObject([{ code: "DRAINING" }]);
    expect((await real.get("/metrics")).body).toContain('resilient_upgrades_refused_total{status="503"} 1');
    expect(real.logged.filter(({ level }) => level !== "debug")).toEqual([]);
  });

  it("P3.13: far above its rate it does not even shake hands (fault 18)", async () => {
    await real.start({ acceptPerSecond: 1, limits: { pendingPerAddress: 1000 } });
    const statuses: (number | undefined)[] = [];
    for (let i = 0; i < 115; i++) statuses.push((await real.dial()).status);
    // A hundred at once, ten seconds' worth told to come later, the rest refused.
    expect(statuses.findIndex((status) => status === 503)).toBeGreaterThanOrEqual(108);
    expect(statuses.at(-1)).toBe(503);
  });
});

describe("the address of a peer", () => {
  const seenThrough = async (trustProxy: readonly string[] | undefined, forwardedFor: string) => {
    const requests: HandshakeRequest[] = [];
    await real.start({
      ...(trustProxy && { trustProxy }),
      authenticate: (_token, request) => (requests.push(request), { subject: "ann" }),
    });
    const { ws, of } = await real.join(null, { "x-forwarded-for": forwardedFor });
    await expect.poll(() => of("welcome").length).toBe(1);
    ws.terminate();
    return requests[0]?.remoteAddress;
  };

  it("is the socket's where no proxy is trusted, which is said once (S26)", async () => {
    expect(await seenThrough(undefined, "203.0.113.9")).toBe("127.0.0.1");
    await real.join(null, { "x-forwarded-for": "203.0.113.9" });
    expect(real.logged.map(({ code }) => code).filter((code) => code !== "CLOSED")).toEqual([
      "PROXY_NOT_TRUSTED",
    ]);
  });

  it("is the last one that is no proxy of ours where it is; what a peer wrote before does not count (S26)", async () => {
    const trusted = ["127.0.0.1", "10.0.0.0/8"];
    expect(await seenThrough(trusted, "1.1.1.1, 203.0.113.9, 10.1.2.3")).toBe("203.0.113.9");
  });

  it("has limits of its own behind a trusted proxy (S14, S26)", async () => {
    await real.start({ trustProxy: ["127.0.0.1"], limits: { connectionsPerAddress: 1 } });
    const from = (address: string) => real.join(null, { "x-forwarded-for": address });
    const [first, second, other] = [
      await from("203.0.113.1"),
      await from("203.0.113.1"),
      await from("203.0.113.2"),
    ];
    await expect
      .poll(() => [first, second, other].map(({ of }) => of("error")[0]?.["code"]))
      .toEqual([undefined, "ADDRESS_LIMIT", undefined]);
  });
});

describe("what comes before the upgrade", () => {
  it("slow and large headers end at the HTTP server's limits, which are Node's unless the app changed them (S16)", async () => {
    await real.start();
    expect(real.logged).toEqual([]);
    expect(real.http.headersTimeout).toBeLessThanOrEqual(60_000);
    const answer = await real.raw(upgradeRequest({ Cookie: "x".repeat(20_000) }));
    expect(answer.split("\r\n")[0]).toBe("HTTP/1.1 431 Request Header Fields Too Large");
  });

  it.each([
    ["no timeout", { headersTimeout: 0, requestTimeout: 0 }],
    ["a timeout of ten minutes", { headersTimeout: 600_000, requestTimeout: 0 }],
    ["headers of a megabyte", { maxHeaderSize: 1024 * 1024 }],
  ])("%s is warned of when attached (S16)", async (_name, change) => {
    Object.assign(real.http, change);
    await real.start();
    expect(real.logged).toMatchObject([{ level: "warn", code: "HTTP_LIMITS_LOOSE", fields: change }]);
  });
});
