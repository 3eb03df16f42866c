import { describe, expect, it, vi } from "vitest";
import { memoryStore, type MemoryStoreOptions } from "../../src/server/store/memoryStore.ts";
import { createTestServer } from "./testServer.ts";

describe("misuse of an open connection", () => {
  it.each([
    ["P2.2: text that is no JSON", "{", "MALFORMED", 4500],
    ["P2.2: a frame of the wrong shape", '{"t":"pub","c":1}', "INVALID_FRAME", 4500],
    ["P2.3: an unknown frame type of an equal version", '{"t":"teleport"}', "UNKNOWN_FRAME", 4500],
    [
      "P4.9: a cursor with an impossible seq",
      '{"t":"sub","c":"a","epoch":"e","seq":-1,"tail":""}',
      "INVALID_SEQ",
      4000,
    ],
    ["P4.10: a second resume", '{"t":"resume","channels":[],"producers":[]}', "RESUME_TWICE", 4500],
    [
      "P10.1: a message that is too large",
      JSON.stringify({ t: "vol", c: "a", d: "x".repeat(65_536) }),
      "TOO_LARGE",
      4013,
    ],
  ])("%s closes this connection only (fault 55, S17)", async (_name, text, code, close) => {
    const { join, server, clock } = createTestServer();
    const [bad, good] = [await join(), await join()];
    await bad.raw(text);
    expect(bad.last("error")?.code).toBe(code);
    expect(bad.state.closed?.code).toBe(close);
    await server.publish("room", "on");
    await clock.settle();
    expect([bad.seen(), good.seen()]).toEqual([[], ["on"]]);
  });

  it("P10.1: counts UTF-8 bytes, not characters", async () => {
    const { join } = createTestServer();
    const [within, beyond] = [await join(), await join()];
    const text = (count: number) => JSON.stringify({ t: "vol", c: "a", d: "ü".repeat(count) });
    await within.raw(text(32_000));
    await beyond.raw(text(33_000));
    expect([within, beyond].map(({ state }) => state.closed?.code)).toEqual([undefined, 4013]);
  });

  it("P2.5: binary is a protocol error (CVE-2026-48109)", async () => {
    const { join } = createTestServer();
    const peer = await join();
    await peer.raw(new Uint8Array([1, 2, 3]));
    expect(peer.state.closed?.code).toBe(4500);
  });

  it("P2.3: an unknown frame type of a newer peer is ignored and counted (fault 64)", async () => {
    const { connect, metric } = createTestServer();
    const peer = connect();
    await peer.auth(null, { v: 2 });
    await peer.send({ t: "teleport" } as never, { t: "ping" });
    expect(peer.last("pong")).toBeDefined();
    expect(peer.state.closed).toBeUndefined();
    expect(metric("resilient_frames_unknown_total")).toBe(1);
  });

  it("hears nothing any more after it has closed", async () => {
    const { join, log } = createTestServer();
    const peer = await join();
    await peer.raw("{");
    await peer.pub(1, ["late"]);
    expect(await log()).toEqual([]);
  });

  it("what was sent before the misuse in the same message is not half done", async () => {
    const { join, log } = createTestServer();
    const peer = await join();
    await peer.raw('[{"t":"pub","c":"room","p":"p1","n":1,"acked":0,"m":[{"id":"a","d":1}]},{"t":"pub"}]');
    expect(await log()).toEqual([]);
  });

  it("close reasons fit into a close frame (S19, CVE-2026-45736)", async () => {
    const { join } = createTestServer();
    const peer = await join();
    await peer.raw(JSON.stringify({ t: "x".repeat(32) }));
    expect(Buffer.byteLength(peer.state.closed?.reason ?? "")).toBeLessThanOrEqual(123);
  });

  it("a disposer, a socket or a logger that throws is contained (S17)", async () => {
    const { server, join, clock } = createTestServer({
      logger: () => {
        throw new Error("logger");
      },
    });
    const events = server.accept(
      {
        send: () => {
          throw new Error("send");
        },
        close: () => {
          throw new Error("close");
        },
        terminate: () => {
          throw new Error("terminate");
        },
        bufferedBytes: () => 0,
      },
      { url: "", headers: {}, remoteAddress: "" },
    );
    await clock.settle();
    expect(() => events.received("{")).not.toThrow();
    expect(() => events.closed()).not.toThrow();
    await clock.advance(20_000);
    expect((await join()).state.closed).toBeUndefined();
  });

  it("P10.6: a flood of frames without a number closes 4011; others go on (S14)", async () => {
    const { join, server, clock } = createTestServer();
    const [flood, calm] = [await join(), await join()];
    await flood.raw(JSON.stringify(Array.from({ length: 2500 }, () => ({ t: "ping" }))));
    expect(flood.state.closed).toBeUndefined();
    await flood.raw(JSON.stringify(Array.from({ length: 2500 }, () => ({ t: "ping" }))));
    expect(flood.last("error")?.code).toBe("RATE_LIMITED");
    expect(flood.state.closed?.code).toBe(4011);
    await server.publish("room", "on");
    await clock.settle();
    expect(calm.seen()).toEqual(["on"]);
  });

  it("bye closes 1000", async () => {
    const { join } = createTestServer();
    const peer = await join();
    await peer.send({ t: "bye" });
    expect(peer.state.closed?.code).toBe(1000);
  });
});

describe("publish", () => {
  it("P7.7: resolves with the place of the event, once per key", async () => {
    const { server, log } = createTestServer();
    const first = await server.publish("room", { a: 1 }, { idempotencyKey: "k" });
    expect(await server.publish("room", { a: 1 }, { idempotencyKey: "k" })).toEqual(first);
    await expect(server.publish("room", { a: 2 }, { idempotencyKey: "k" })).rejects.toMatchObject({
      code: "KEY_REUSED",
    });
    expect([first.seq, await log()]).toEqual([1, [{ a: 1 }]]);
  });

  it("P7.7: the server's keys are not the users' keys (S10)", async () => {
    const { server, join, log } = createTestServer();
    await server.publish("room", "a", { idempotencyKey: "k" });
    const peer = await join();
    await peer.pub(1, [{ id: "k", key: true, d: "b" }]);
    expect(await log()).toEqual(["a", "b"]);
  });
});

describe("publish refuses what no client could name or read", () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;

  it.each([
    ["an empty channel", "", 1, undefined],
    ["a channel with a control character", "a\0b", 1, undefined],
    ["a channel with a lone surrogate", "a\ud800", 1, undefined],
    ["a channel of 257 characters", "c".repeat(257), 1, undefined],
    ["a channel that is no text", 7 as never, 1, undefined],
    ["a payload that is undefined", "room", undefined, undefined],
    ["a payload that is a function", "room", () => 1, undefined],
    ["a payload that is a bigint", "room", 1n, undefined],
    ["a payload that contains itself", "room", circular, undefined],
    ["an empty key", "room", 1, ""],
    ["a key of 129 characters", "room", 1, "k".repeat(129)],
  ])("%s (P2.6)", async (_name, channel, payload, idempotencyKey) => {
    const { server, log } = createTestServer();
    await expect(
      server.publish(channel, payload as never, idempotencyKey === undefined ? {} : { idempotencyKey }),
    ).rejects.toMatchObject({ code: "INVALID_OPTION" });
    expect(await log("room")).toEqual([]);
  });

  it("and takes the longest names, and null (P2.6)", async () => {
    const { server, log } = createTestServer();
    const channel = "c".repeat(256);
    await server.publish(channel, null, { idempotencyKey: "k".repeat(128) });
    expect(await log(channel)).toEqual([null]);
  });
});

describe("the server", () => {
  it("refuses limits that are no limits", () => {
    for (const maxDepth of [0, -1, NaN, "9" as never])
      expect(() => createTestServer({ limits: { maxDepth } })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
  });

  it("refuses to be made without `authenticate`, and says so", () => {
    expect(() => createTestServer({ authenticate: undefined as never })).toThrow(
      "[INVALID_OPTION] authenticate must be a function",
    );
  });

  it.each([
    ["heartbeat.intervalMs", (value: number) => ({ heartbeat: { intervalMs: value } })],
    ["heartbeat.timeoutMs", (value: number) => ({ heartbeat: { timeoutMs: value } })],
    ["acceptPerSecond", (value: number) => ({ acceptPerSecond: value })],
    ["limits.maxFrameBytes", (value: number) => ({ limits: { maxFrameBytes: value } })],
  ])("refuses %s that a client could not read, and says which value (S14)", (name, optionOf) => {
    for (const value of [0, -1, NaN, Infinity, "9" as never, null as never])
      expect(() => createTestServer(optionOf(value))).toThrow(
        expect.objectContaining({
          code: "INVALID_OPTION",
          message: `[INVALID_OPTION] ${name} must be a positive number, not ${String(value)}`,
        }),
      );
  });

  it("P3.1: announces whole numbers, which is what clients read, for limits that are none", async () => {
    const { connect, clock } = createTestServer({ limits: { windowBytes: 1e6 / 3, maxChannels: 9.9 } });
    const peer = connect();
    await clock.settle();
    expect(peer.last("hello")?.limits).toMatchObject({ windowBytes: 333_333, maxChannels: 9 });
  });

  it("P3.1: announces what its store keeps, for ever as the largest whole number", async () => {
    const guaranteesOf = async (options: MemoryStoreOptions) => {
      const { connect, clock } = createTestServer({ store: memoryStore(options) });
      const peer = connect();
      await clock.settle();
      return peer.last("hello")?.guarantees;
    };
    expect(await guaranteesOf({ retention: { minAgeMs: 5000 }, producerLifeMs: 1e6 })).toEqual({
      ack: "applied",
      dedupWindowMs: 1e6,
      retentionMs: 5000,
    });
    expect((await guaranteesOf({ retention: { minAgeMs: Infinity } }))?.retentionMs).toBe(2 ** 53 - 1);
  });

  it("takes options that are left undefined as not given", async () => {
    const { connect, clock } = createTestServer({
      heartbeat: { intervalMs: undefined, timeoutMs: 5 },
      acceptPerSecond: undefined,
    });
    const peer = connect();
    await clock.settle();
    expect(peer.last("hello")).toMatchObject({ hbMs: 25_000, hbTimeoutMs: 5 });
  });

  it("closes every connection with 1001, and the store it was given", async () => {
    const { server, join, connect, store } = createTestServer();
    const peers = [await join(), connect()];
    const close = vi.spyOn(store, "close");
    await server.close();
    expect(close).toHaveBeenCalledOnce();
    expect(peers.map(({ state }) => state.closed?.code)).toEqual([1001, 1001]);
  });
});
