import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { below, closeOf, createRealServer, rawFrame, type RealServer, upgradeRequest } from "./realServer.ts";

/**
 * What past vulnerabilities of other packages teach, each through a real HTTP server and a real socket. docs/faults.md lists them.
 * Whatever is done here, the process lives and the others are served.
 */
let real: RealServer;
/** Headers of a peer that is welcome. */
let home: Record<string, string>;
beforeEach(() => {
  real = createRealServer();
  home = {};
});
afterEach(async () => {
  expect((await real.get("/healthz")).body).toBe("ok\n");
  const { ws, of } = await real.join(null, home);
  await expect.poll(() => of("welcome").length).toBe(1);
  ws.terminate();
  await real.stop();
});

const statusOf = (answer: string) => answer.split("\r\n", 1)[0]?.replace("HTTP/1.1 ", "");
const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const pub = (n: number, ...items: readonly unknown[]) => ({
  t: "pub",
  c: "room",
  p: "p1",
  n,
  acked: 0,
  m: items.map((d, i) => ({ id: `m${n + i}`, d })),
});

/** Sends bytes that are no frame of ours on an open socket; answers the close code. */
const closedBy = async (...bytes: readonly Buffer[]) => {
  const ws = await real.open();
  const closed = closeOf(ws);
  for (const part of bytes) below(ws).write(part);
  return closed;
};

describe("ws", () => {
  it("a number is sent as its text, never as memory of that size; a ping is answered with its own bytes (CVE-2016-10518)", async () => {
    await real.start();
    const { ws, say, of } = await real.join();
    const texts: string[] = [];
    ws.on("message", (data: Buffer, isBinary: boolean) => texts.push(isBinary ? "binary" : data.toString()));
    const ponged = new Promise<string>((resolve) => ws.on("pong", (data) => resolve(data.toString())));
    say({ t: "sub", c: "room", since: "now" });
    await expect.poll(() => of("live").length).toBe(1);
    say(pub(1, 50_000, { length: 50_000 }));
    await expect.poll(() => of("ack").length).toBe(1);
    ws.ping("abc");
    expect(await ponged).toBe("abc");
    expect(of("data").flatMap(({ ev }) => (ev as { d: unknown }[]).map(({ d }) => d))).toEqual([
      50_000,
      { length: 50_000 },
    ]);
    expect(texts.every((text) => text !== "binary" && text.length < 1000)).toBe(true);
  });

  it("close frames of every odd shape are answered with a bare code, and nothing else comes back (CVE-2026-45736)", async () => {
    await real.start();
    for (const [payload, code] of [
      [[3], 1002],
      [[0, 0], 1002],
      [[3, 236], 1002],
      [[255, 255], 1002],
      [[3, 232, 0xc3, 0x28], 1007],
    ] as const) {
      const ws = await real.open();
      const answered = new Promise<string>((resolve) =>
        ws.on("close", (got, reason) => resolve(`${got} ${reason.toString("latin1")}`)),
      );
      below(ws).write(rawFrame(0x88, Buffer.from(payload)));
      expect(await answered).toBe(`${code} `);
    }
  });

  it("a protocol list of thousands of blanks is refused as fast as a short one (CVE-2021-32640)", async () => {
    await real.start();
    for (const blanks of [" ".repeat(15_000), " ,".repeat(7_000), "\t".repeat(15_000) + "x"])
      expect(statusOf(await real.raw(upgradeRequest({ "Sec-WebSocket-Protocol": `a${blanks}b` })))).toBe(
        "400 Bad Request",
      );
  });

  it("any header may be missing, also when the HTTP server left it out because there are too many (CVE-2024-37890)", async () => {
    await real.start();
    for (const header of [
      "Host",
      "Origin",
      "Sec-WebSocket-Version",
      "Sec-WebSocket-Key",
      "Sec-WebSocket-Protocol",
    ])
      expect(statusOf(await real.raw(upgradeRequest({ [header]: undefined })))).not.toContain("101");
    for (let count = 1; count < 7; count++) {
      real.http.maxHeadersCount = count;
      expect(statusOf(await real.raw(upgradeRequest()))).not.toContain("101");
    }
    real.http.maxHeadersCount = 2000;
  });

  it("P10.2: a message in too many fragments is refused, however small they are (S12, CVE-2026-48779)", async () => {
    await real.start();
    const fragments = Array.from({ length: 200 }, (_, i) => rawFrame(i === 0 ? 0x01 : 0x00, "x"));
    expect(await closedBy(...fragments)).toBeGreaterThanOrEqual(1002);
    expect(
      await closedBy(rawFrame(0x01), ...Array.from({ length: 200 }, () => rawFrame(0x00))),
    ).toBeGreaterThanOrEqual(1002);
  });

  it("extensions named as prototype members are not negotiated (S17, GHSA-5v72)", async () => {
    await real.start();
    for (const names of [
      "constructor, __proto__;a",
      "hasOwnProperty;toString=valueOf",
      "permessage-deflate;__proto__",
    ]) {
      const answer = await real.raw(upgradeRequest({ "Sec-WebSocket-Extensions": names }));
      expect(answer).not.toMatch(/^sec-websocket-extensions:/im);
    }
  });
});

describe("socket.io and engine.io", () => {
  it("a page of another origin gets neither a socket nor a header that would let it read the endpoints (S1, CVE-2020-28481)", async () => {
    await real.start();
    expect(await real.dial({ origin: "https://evil.example" })).toMatchObject({ status: 403 });
    for (const path of ["/metrics", "/healthz", "/readyz"])
      expect((await real.get(path)).headers).not.toHaveProperty("access-control-allow-origin");
  });

  it("connections have names from a CSPRNG, which grant nothing (S7, CVE-2017-16031)", async () => {
    await real.start();
    const peers = [await real.join(), await real.join()];
    await expect.poll(() => peers.every(({ of }) => of("welcome").length === 1)).toBe(true);
    const cids = peers.map(({ of }) => of("welcome")[0]?.["cid"]);
    for (const cid of cids)
      expect(cid).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(cids[0]).not.toBe(cids[1]);
    const { ws, frames } = await real.dial();
    ws?.send(JSON.stringify({ t: "resume", cid: cids[0], sid: cids[0], channels: [], producers: [] }));
    await expect.poll(() => frames.at(-1)).toMatchObject({ t: "error", code: "AUTH_REQUIRED" });
  });

  it("a peer that resets in the middle of a frame hurts nobody (S17, CVE-2024-38355)", async () => {
    await real.start();
    for (let i = 0; i < 5; i++) {
      const ws = await real.open();
      ws.on("error", () => {});
      below(ws).write(Buffer.from([0x81, 0xfe]));
      below(ws).resetAndDestroy();
    }
  });

  it("a peer that resets while it upgrades hurts nobody (S17, CVE-2022-41940)", async () => {
    await real.start();
    for (let i = 0; i < 20; i++) {
      const socket = real.connectTcp();
      await new Promise((resolve) => socket.on("connect", resolve));
      socket.write(upgradeRequest(i % 2 ? {} : { Origin: "https://evil.example" }));
      if (i % 4 > 1) await new Promise((resolve) => setImmediate(resolve));
      socket.resetAndDestroy();
    }
  });

  it("what a stranger sends is bounded before anything is made of it: a body, a message, many messages (S4, CVE-2020-36048)", async () => {
    await real.start();
    expect((await real.send("POST", "/ws", "x".repeat(1_000_000))).status).toBe(404);
    const ws = await real.open();
    const closed = closeOf(ws);
    for (let i = 0; i < 20; i++)
      ws.send(JSON.stringify({ t: "auth", token: "x".repeat(1000), group: "g", term: "no" }));
    expect(await closed).toBe(4500);
    expect(await closedBy(rawFrame(0x81, "x".repeat(20_000)))).toBe(4500);
  });

  it("a message full of frames, or of brackets, costs one pass and this connection (S12, CVE-2020-36049)", async () => {
    await real.start();
    for (const text of [
      `[${Array(16_000).fill("{}").join(",")}]`,
      deep(30_000),
      `[${'"",'.repeat(20_000)}""]`,
    ]) {
      const { ws } = await real.join();
      const closed = closeOf(ws);
      ws.send(text);
      expect(await closed).toBe(4500);
    }
  });

  it("reserved bits and opcodes, unmasked and oversized control frames close that connection only (fault 55, CVE-2022-21676)", async () => {
    await real.start();
    for (const bytes of [
      rawFrame(0xc1, "a"),
      rawFrame(0xf1, "a"),
      rawFrame(0x83, "a"),
      rawFrame(0x8b, "a"),
      Buffer.from([0x81, 0x01, 0x61]),
      rawFrame(0x89, "x".repeat(126)),
      Buffer.from([0x81, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]),
    ])
      expect([1002, 1009]).toContain(await closedBy(bytes));
  });

  it("odd queries and repeated parameters are nobody's business (CVE-2023-31125)", async () => {
    await real.start();
    for (const query of [
      "?transport=polling&transport=websocket&EIO[]=3",
      "?EIO=__proto__&sid[constructor]=1",
      "?%zz%",
      "?",
    ]) {
      const ws = await real.open({}, ["resilient.v1"], `/ws${query}`);
      ws.terminate();
    }
  });
});

describe("decoders of messages", () => {
  it("what is planted in a payload stays data: no placeholder, no function, no prototype (S18, CVE-2022-2421)", async () => {
    const given: unknown[] = [];
    await real.start({ onMessage: ({ payload }) => (given.push(payload), payload) });
    const { ws, of } = await real.join();
    const planted = `{"_placeholder":true,"num":"splice"},{"toString":1,"then":2,"toJSON":3},{"__proto__":{"x":1}},{"a":{"constructor":{"prototype":{"x":1}}}}`;
    const items = planted.split(/(?<=\}),(?=\{)/).map((d, i) => `{"id":"m${i}","d":${d}}`);
    ws.send(`{"t":"pub","c":"room","p":"p1","n":1,"acked":0,"m":[${items.join(",")}]}`);
    await expect.poll(() => of("ack").length).toBe(1);
    expect(of("ack")[0]?.["verdicts"]).toEqual([
      [3, 3, "rejected:FORBIDDEN_KEY"],
      [4, 4, "rejected:FORBIDDEN_KEY"],
    ]);
    expect(JSON.stringify(given)).toBe(
      '[{"_placeholder":true,"num":"splice"},{"toString":1,"then":2,"toJSON":3}]',
    );
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it("a frame's type is a text we know, whatever else stands there (S17, CVE-2023-32695)", async () => {
    await real.start();
    for (const type of [
      "1",
      "null",
      "[]",
      "{}",
      '["pub"]',
      '{"toString":"pub"}',
      '"__proto__"',
      '"constructor"',
      '"hasOwnProperty"',
      '"toString"',
      '""',
    ]) {
      const { ws, of } = await real.join();
      const closed = closeOf(ws);
      ws.send(`{"t":${type}}`);
      expect(await closed, type).toBe(4500);
      expect(["INVALID_FRAME", "UNKNOWN_FRAME"]).toContain(of("error")[0]?.["code"]);
    }
  });

  it("a payload has so many keys and elements and no more, and nothing is attached to it (S12, CVE-2026-33151)", async () => {
    await real.start();
    const { ws, say, of } = await real.join();
    await expect.poll(() => of("welcome").length).toBe(1);
    say(pub(1, Array(16_384).fill(0)));
    await expect.poll(() => of("ack").length).toBe(1);
    say(pub(2, Array(16_385).fill(0)));
    await expect.poll(() => of("ack").length).toBe(2);
    expect(of("ack").map(({ verdicts }) => verdicts)).toEqual([
      undefined,
      [[2, 2, "rejected:TOO_MANY_KEYS"]],
    ]);
    const closed = closeOf(ws);
    ws.send(Buffer.from([1, 2, 3]));
    expect(await closed).toBe(4500);
    expect(of("error")[0]).toMatchObject({ code: "BINARY" });
  });
});

describe("servers in frameworks", () => {
  it("a malformed packet that comes with the upgrade meets a listener (S17, CVE-2022-39386)", async () => {
    await real.start();
    const { address, port } = real.http.address() as { address: string; port: number };
    for (const first of [0xf1, 0x83, 0x00]) {
      const socket = real.connectTcp();
      const ended = new Promise((resolve) => socket.on("close", resolve));
      // Its close frame says that it has read the packet and is still there.
      socket.on("data", (data) => data.includes(0x88) && socket.destroy());
      const head = upgradeRequest().replaceAll("HOST", `${address}:${port}`);
      socket.write(Buffer.concat([Buffer.from(head), rawFrame(first, "a")]));
      await ended;
    }
  });

  it("an unexpected Upgrade value, or several, gets no socket (CVE-2020-7693)", async () => {
    await real.start();
    for (const value of ["websocket-x", "h2c", "websocket, h2c", "WEBSOCKETS", "\u00ff", "__proto__"])
      expect(statusOf(await real.raw(upgradeRequest({ Upgrade: value })))).not.toContain("101");
  });

  it("no other subprotocol is a way around the login, and ours is none either (S5, CVE-2026-35523)", async () => {
    await real.start();
    for (const protocols of [
      [],
      ["graphql-ws"],
      ["graphql-transport-ws"],
      ["resilient.v0"],
      ["RESILIENT.V1"],
    ])
      expect(await real.dial({}, protocols)).toMatchObject({ status: 400 });
    for (const frame of [pub(1, "x"), { t: "sub", c: "room", since: "now" }, { t: "connection_init" }]) {
      const ws = await real.open({}, ["graphql-ws", "resilient.v1"]);
      const closed = closeOf(ws);
      ws.send(JSON.stringify(frame));
      expect(await closed).toBe(4500);
    }
  });

  it("subscriptions of a connection are limited (S14, CVE-2026-35526)", async () => {
    await real.start({ limits: { maxChannels: 20 } });
    const { say, of } = await real.join();
    for (let i = 0; i < 22; i++) say({ t: "sub", c: `room ${i}`, since: "now" });
    await expect.poll(() => of("subscribed").length).toBe(22);
    expect(of("subscribed").filter(({ reason }) => reason === "TOO_MANY_CHANNELS")).toHaveLength(2);
  });

  it("a limit on depth holds on the socket (S12, CVE-2026-30241)", async () => {
    await real.start();
    const { ws, of } = await real.join();
    ws.send(
      `{"t":"pub","c":"room","p":"p1","n":1,"acked":0,"m":[{"id":"a","d":${deep(33)}},{"id":"b","d":${deep(32)}}]}`,
    );
    await expect.poll(() => of("ack").length).toBe(1);
    expect(of("ack")[0]).toMatchObject({ runs: [[2, 1, 1]], verdicts: [[1, 1, "rejected:TOO_DEEP"]] });
  });

  it("P3.10: the origin null is no pass, also where a missing one is, or where somebody listed it (S1, CVE-2026-27977)", async () => {
    home = { origin: "https://app.example" };
    await real.start({ allowMissingOrigin: true, origins: ["null", "https://app.example"] });
    expect(await real.dial({ origin: "null" })).toMatchObject({ status: 403 });
  });

  it("an Origin or Host that cannot be read is refused and does not throw (S17, CVE-2026-14631)", async () => {
    await real.start();
    for (const change of [
      { Origin: "http://[" },
      { Origin: "http://" },
      { Origin: "\u00ff" },
      { Origin: "https://a.example, https://b.example" },
      { Host: "[::", Origin: "http://a.example" },
      { Host: "", Origin: "http://" },
      { Host: "%", Origin: "http://%" },
    ])
      expect(statusOf(await real.raw(upgradeRequest(change)))).toMatch(/^(403|400) /);
  });

  it("an upgrade for another target is not ours, and nobody is called for it (S26, GHSA-c4j6-fc7j-m34r)", async () => {
    await real.start();
    const inner = createRealServer();
    let asked = 0;
    await inner.start();
    inner.http.prependListener("upgrade", () => asked++);
    inner.http.prependListener("connection", () => asked++);
    const { port } = inner.http.address() as { port: number };
    for (const target of [
      `http://127.0.0.1:${port}/ws`,
      `//127.0.0.1:${port}/ws`,
      "http://169.254.169.254/ws",
      "*",
      "/ws/../other",
      "/WS",
    ])
      expect(statusOf(await real.raw(upgradeRequest({}, target)))).toMatch(/^40[04] /);
    expect(asked).toBe(0);
    await inner.stop();
  });

  it("a foreign page with the user's cookies does not even reach the login (S1, GHSA-f53g-frr2-jhpf)", async () => {
    let logins = 0;
    await real.start({ authenticate: () => (logins++, { subject: "ann" }) });
    for (const origin of ["https://evil.example", "null", "https://127.0.0.1.evil.example", "file://"])
      expect(await real.dial({ origin, cookie: "session=ann" })).toMatchObject({ status: 403 });
    expect(logins).toBe(0);
  });

  it("nothing a peer names or selects is evaluated (CVE-2018-1270)", async () => {
    await real.start();
    const { say, of } = await real.join();
    const code = "T(java.lang.Runtime).getRuntime();process.exit(1);${process.exit(1)}";
    say({ t: "sub", c: code, since: "now", selector: code, filter: code }, { ...pub(1, code), c: code });
    await expect.poll(() => of("data").length).toBe(1);
    expect(of("data")[0]).toMatchObject({ c: code, ev: [{ d: code }] });
  });
});

describe("Bandit", () => {
  it("P10.3: compression is not negotiated, and what is marked as compressed is refused (S13, CVE-2026-39804)", async () => {
    await real.start();
    const offer = { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" };
    const answer = await real.raw(upgradeRequest(offer));
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer).not.toMatch(/^sec-websocket-extensions:/im);
    expect(await closedBy(rawFrame(0xc1, "compressed"))).toBe(1002);
  });

  it("continuation frames are bounded in bytes and in number, and come after a beginning (S12, CVE-2026-42786)", async () => {
    await real.start();
    const part = "x".repeat(20_000);
    expect(
      await closedBy(rawFrame(0x01, part), rawFrame(0x00, part), rawFrame(0x00, part), rawFrame(0x00, part)),
    ).toBe(1009);
    expect(await closedBy(rawFrame(0x00, "x"))).toBe(1002);
    expect(await closedBy(rawFrame(0x01, "x"), rawFrame(0x81, "x"))).toBe(1002);
  });
});
