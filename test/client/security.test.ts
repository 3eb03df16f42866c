import { Worker } from "node:worker_threads";
import { once } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createResilientClient } from "../../src/client/createResilientClient.ts";
import type { ClientLogger } from "../../src/client/options.ts";
import { browserSocket } from "../../src/platform/browserSocket.ts";
import { createWorld } from "../../src/testing/createWorld.ts";
import { accept, authed, connect, data, event, hello, live, scene, welcome } from "./script.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

const refusal = (url: string): string => {
  try {
    scene({ url });
    return "taken";
  } catch (error) {
    return String(error);
  }
};

describe("where a client may connect", () => {
  const elsewhere = [
    "ws://example.com/ws",
    "ws://localhost.example.com/ws",
    "ws://127.0.0.1.example.com/ws",
    "ws://127.example.com",
    "ws://example.com/localhost",
    "ws://localhost@example.com/ws",
    "ws://127.0.0.1:80@example.com/ws",
    "ws://example.com#localhost",
    "WS://EXAMPLE.COM",
    "ws://[::2]/ws",
    "ws://contest/ws",
    "http://localhost/ws",
    "javascript:alert(1)",
    "data:text/plain,ws://localhost",
    "//localhost/ws",
    "/ws",
    "",
  ];
  it("wss everywhere, ws to loopback and *.test only, however the URL is dressed up (S2)", () => {
    for (const url of elsewhere)
      expect([url, refusal(url)]).toEqual([url, expect.stringContaining("INVALID_OPTION")]);
    for (const url of ["wss://example.com/ws", "ws://127.0.0.1:1/ws", "ws://a.test/ws", "ws://[::1]/"])
      expect([url, refusal(url)]).toEqual([url, "taken"]);
  });

  it("a refused URL is told without what may be secret in it: no query, no fragment, no user (S3)", () => {
    const text = refusal("ws://ann:secret1@example.com/ws?token=secret2#secret3");
    expect(text).toContain("example.com/ws");
    expect(text).not.toMatch(/secret|ann/);
  });
});

describe("the token", () => {
  it("is in auth frames and nowhere else: no URL, no subprotocol, no log, no state, no error, no event (S3, S20)", async () => {
    const secret = "tok-5ecret";
    const said: unknown[] = [];
    const logger: ClientLogger = (...entry) => void said.push(entry);
    const one = scene({ auth: () => ({ token: secret }), logger, url: "ws://localhost/ws" });
    one.tab.watch("room");
    one.tab.send("hello", { channel: "room" });
    await connect(one);
    one.socket().receive({ t: "reauth", byMs: 1_000 });
    one.socket().receive(data("room", event(1)));
    await one.settle();
    for (const [code, reason] of [
      [4004, secret],
      [1006, ""],
      [4501, ""],
    ] as const) {
      one.socket().close(code, reason === secret ? "expired" : reason);
      await one.world.runUntil(() => one.socket().state() === "connecting", 60_000);
      if (one.socket().state() === "connecting") await accept(one);
    }
    const { record } = one.tab;
    said.push(record, one.tab.state.get(), one.tab.outbox.entries.get(), one.tab.outbox.state.get());
    said.push(record.errors.map(({ message, stack, cause }) => [message, stack, String(cause)]));
    expect(JSON.stringify(said)).not.toContain(secret);
    const frames = one.tab.sockets().flatMap((socket) => [...socket.frames()]);
    expect(frames.filter((frame) => JSON.stringify(frame).includes(secret)).map(({ t }) => t)).toEqual(
      frames.filter(({ t }) => t === "auth").map(() => "auth"),
    );
    for (const { url, protocols } of one.tab.sockets())
      expect(`${url} ${protocols.join()}`).not.toContain(secret);
  });

  it("goes out again with every socket, in the same WebSocket message as resume and before it; nothing resumes without (S7)", async () => {
    let count = 0;
    const one = scene({ auth: () => ({ token: `t${++count}` }) });
    one.tab.watch("room");
    await connect(one);
    one.socket().cut();
    await one.world.runUntil(() => one.tab.sockets().length === 2);
    await accept(one);
    const firsts = one.tab
      .sockets()
      .map((socket) => JSON.parse(socket.sent[0]!) as Record<string, unknown>[]);
    expect(firsts.map((frames) => frames.map(({ t }) => t))).toEqual([
      ["auth", "resume"],
      ["auth", "resume"],
    ]);
    expect(firsts.map(([auth]) => [auth!["token"], auth!["term"]])).toEqual([
      ["t1", 1],
      ["t2", 2],
    ]);
  });

  it("is asked for once at a time, however often a server says reauth: a server is no lever against the login (S14)", async () => {
    let asked = 0;
    const one = scene({
      auth: () => {
        asked++;
        return asked === 1 ? { token: "t" } : new Promise(() => undefined);
      },
    });
    await connect(one);
    for (let i = 0; i < 1_000; i++) one.socket().receive({ t: "reauth", byMs: 1 });
    await one.settle();
    expect(asked).toBe(2);
  });

  it("group names are 128 random bits or more, of each client its own (S7, CVE-2017-16031)", async () => {
    const groups = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const world = createWorld({ server: false, latencyMs: 0, seed: i });
      const tab = world.openTab();
      tab.connect();
      tab.sockets()[0]!.open();
      await world.advance(1);
      tab.sockets()[0]!.receive(hello);
      await world.advance(1);
      const [auth] = tab.sockets()[0]!.frames() as unknown as { group: string }[];
      groups.add(auth!.group);
      // 122 bits of a UUID v4 are not enough.
      expect(auth!.group.replaceAll("-", "").length).toBeGreaterThan(32);
    }
    expect(groups.size).toBe(20);
  });
});

describe("keys", () => {
  it("of more than 128 characters, or with control characters, never travel (S10)", async () => {
    const one = scene();
    await connect(one);
    for (const idempotencyKey of ["k".repeat(129), "a\nb", "\u0000", ""])
      expect(one.tab.send(1, { idempotencyKey }).status.get()).toMatchObject({ code: "INVALID_NAME" });
    await one.settle();
    expect(one.sent("pub")).toEqual([]);
  });
});

describe("what a server plants", () => {
  const bait =
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"_placeholder":true,"num":0}';
  const clean = (): void => {
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(([] as { polluted?: unknown }).polluted).toBeUndefined();
  };

  it("stays data in every frame that carries some: no prototype, no placeholder, no function (S18, CVE-2022-2421)", async () => {
    const one = scene();
    const room = one.tab.watch("room");
    const receipt = one.tab.send("x", { channel: "room" });
    await connect(one, [{ ...live("room", 3, "t3"), status: "snapshot" }]);
    const [{ producers }] = one.sent("resume") as unknown as [{ producers: { p: string }[] }];
    for (const text of [
      `{"t":"snapshot","c":"room","epoch":"e1","seq":3,"tail":"t3","part":0,"parts":1,"d":${JSON.stringify(bait)}}`,
      `{"t":"live","c":"room","epoch":"e1","seq":3,"tail":"t3"}`,
      `{"t":"data","c":"room","ev":[{"seq":4,"tail":"t4","prev":"t3","lam":1,"d":${bait}}]}`,
      `{"t":"vol","c":"room","d":${bait}}`,
      `{"t":"ack","p":"${producers[0]!.p}","c":"room","n":1,"head":4,"replies":[[1,${bait}]],"__proto__":{"polluted":1}}`,
      `{"t":"goaway","reason":"__proto__","minMs":0,"maxMs":0,"deadlineMs":0,"__proto__":{"polluted":1}}`,
    ])
      one.socket().receive(text);
    await one.settle();
    clean();
    expect(room.continuity[0]?.state).toEqual(JSON.parse(bait));
    for (const { data: payload } of room.messages) expect(payload).toEqual(JSON.parse(bait));
    expect(receipt.status.get().kind).toBe("acked");
  });

  it.each(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"])(
    "a channel called %s is a channel (S18, CVE-2018-1270)",
    async (name) => {
      const one = scene();
      const watch = one.tab.watch(name);
      const receipt = one.tab.send({ text: "x" }, { channel: name, idempotencyKey: name });
      await connect(one);
      const { p } = one.sent("pub")[0] as { p: string };
      one.socket().receive({ t: "ack", p, c: name, n: 1, head: 1, runs: [[1, 1, 1]] });
      one.socket().receive(data(name, event(1, "in", "")));
      await one.settle();
      expect(watch.data()).toEqual(["in"]);
      expect(receipt.status.get()).toEqual({ kind: "acked", seq: 1 });
      clean();
    },
  );

  it("is never evaluated: what looks like code, a template or a selector arrives as the text it is (CVE-2018-1270)", async () => {
    const texts = [
      "${globalThis.pwned=1}",
      "T(java.lang.Runtime)",
      "{{constructor.constructor('pwned=1')()}}",
    ];
    const one = scene();
    const room = one.tab.watch("room");
    await connect(one);
    one.socket().receive(data("room", ...texts.map((text, i) => event(i + 1, text, i ? `t${i}` : ""))));
    await one.settle();
    expect(room.data()).toEqual(texts);
    expect("pwned" in globalThis).toBe(false);
  });

  it("finds nothing to plant into: random histories run with frozen prototypes (S18)", async () => {
    const worker = new Worker(new URL("./frozenHistories.ts", import.meta.url), { workerData: 12 });
    const [outcome] = (await once(worker, "message")) as [unknown];
    expect(outcome).toEqual({ frozen: true, violations: [] });
    await worker.terminate();
  }, 60_000);
});

describe("what a client says when it closes", () => {
  it("is 1000 or 3000–4999 and at most 123 bytes of its own words, whatever the server said (S19, CVE-2026-45736)", async () => {
    const closes: (readonly [number, string])[] = [];
    const { world } = scene();
    let hear: ((text: string) => void) | undefined;
    const client = createResilientClient({
      url: "ws://localhost/ws",
      auth: () => ({ token: "t" }),
      ports: {
        clock: world.clock,
        dice: world.dice,
        socket: (_url, _protocols, { opened, received }) => {
          hear = received;
          world.clock.soon(opened);
          const close = (code: number, reason: string): void => void closes.push([code, reason]);
          return { send: () => undefined, close, abandon: close, bufferedBytes: () => 0 };
        },
      },
    });
    const secret = "x".repeat(500);
    for (const texts of [
      [secret],
      [JSON.stringify({ ...hello, v: 7 })],
      [JSON.stringify(hello), secret],
      [JSON.stringify(hello), `{"t":"error","code":"INVALID_SEQ","retriable":true,"ref":"${secret}"}`],
      [JSON.stringify(hello), JSON.stringify([authed, welcome()])],
      [],
    ]) {
      client.reconnect();
      await world.advance(1);
      for (const text of texts) hear?.(text);
      await world.advance(40_000);
    }
    await client.dispose();
    expect(closes.length).toBeGreaterThan(6);
    for (const [code, reason] of closes) {
      expect(code === 1_000 || (code >= 3_000 && code < 5_000)).toBe(true);
      expect(reason).toMatch(/^[A-Z_]{0,123}$/);
    }
  });

  it("a socket that refuses the code is closed without one, and nothing is thrown (S19)", () => {
    const calls: unknown[][] = [];
    class Picky {
      close(...input: unknown[]): void {
        calls.push(input);
        if (input.length) throw new SyntaxError("InvalidAccessError");
      }
    }
    const nothing = (): void => undefined;
    const socket = browserSocket(Picky as unknown as typeof WebSocket)("ws://localhost", [], {
      opened: nothing,
      received: nothing,
      closed: nothing,
    });
    expect(() => socket.close(4_000, "x".repeat(500))).not.toThrow();
    expect(calls).toEqual([[4_000, "x".repeat(500)], []]);
  });
});

describe("what a client writes down", () => {
  it("has no payload in it, and what a server said is short and printable there (S20)", async () => {
    const entries: (readonly [string, string, Readonly<Record<string, unknown>>])[] = [];
    const one = scene({ logger: (...entry) => void entries.push(entry) });
    one.tab.watch("room");
    const secret = "p4yload";
    one.tab.send(secret, { channel: "room" });
    await connect(one);
    one.socket().receive(data("room", event(1, secret, "")));
    one.socket().receive("{");
    await one.world.runUntil(() => one.socket().state() === "connecting");
    await accept(one);
    one.socket().close(4_999, "\u001b[31mred\u0007\n2026 forged line");
    await one.settle();
    const text = JSON.stringify(entries);
    expect(entries.length).toBeGreaterThan(3);
    expect(text).not.toContain(secret);
    for (const [, , fields] of entries)
      for (const field of Object.values(fields)) {
        if (typeof field !== "string") continue;
        expect(field).toMatch(/^\P{Cc}*$/u);
        expect(field.length).toBeLessThanOrEqual(300);
      }
  });
});

describe("one tab alone", () => {
  it("opens no bus, takes no lock and stores nothing, so nothing of it is there for another page to read (S23)", async () => {
    const touched: string[] = [];
    const trap = (name: string): unknown =>
      new Proxy(function trapped() {}, {
        get: (_target, key) => void touched.push(`${name}.${String(key)}`),
        construct: () => {
          touched.push(`new ${name}`);
          return {};
        },
      });
    for (const name of [
      "BroadcastChannel",
      "SharedWorker",
      "localStorage",
      "sessionStorage",
      "indexedDB",
      "caches",
    ])
      vi.stubGlobal(name, trap(name));
    vi.stubGlobal("navigator", { onLine: true, locks: trap("navigator.locks") });
    const { tab, world } = (() => {
      const there = createWorld();
      return { world: there, tab: there.openTab({ auth: () => ({ token: "t" }), identity: "ann" }) };
    })();
    tab.watch("room");
    tab.send("x", { channel: "room" });
    tab.connect();
    await world.advance(1_000);
    const real = createResilientClient({ url: "wss://example.test/ws", identity: "ann" });
    real.send("queued");
    await real.dispose();
    await world.close();
    expect(touched).toEqual([]);
  });
});

describe("clocks that lie", () => {
  it("a wall clock that jumps by a day moves no retry, no expiry and no heartbeat (fault 20)", async () => {
    const world = createWorld();
    const tab = world.openTab();
    tab.connect();
    await world.advance(1_000);
    const receipt = tab.send("x", { ttlMs: 60_000 });
    tab.disconnect();
    const waiting = tab.send("y", { ttlMs: 60_000 });
    for (const day of [86_400_000, -2 * 86_400_000]) {
      tab.page.clock.shiftWall(day);
      await world.advance(100);
    }
    expect(waiting.status.get()).toEqual({ kind: "queued" });
    tab.connect();
    await world.advance(1_000);
    expect([receipt.status.get().kind, waiting.status.get().kind]).toEqual(["acked", "acked"]);
    const before = tab.sockets().length;
    tab.page.clock.shiftWall(30 * 86_400_000);
    await world.advance(120_000);
    expect(tab.sockets()).toHaveLength(before);
    world.network.refuse(true);
    world.network.cut();
    await world.advance(1);
    tab.page.clock.shiftWall(-365 * 86_400_000);
    world.network.refuse(false);
    expect(await world.runUntil(() => tab.state.get().name === "connected", 35_000)).toBe(true);
    await world.close();
  });
});
