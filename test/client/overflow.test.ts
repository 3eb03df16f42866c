import { describe, expect, it } from "vitest";
import { createResilientClient } from "../../src/client/createResilientClient.ts";
import type { TabOptions } from "../../src/testing/tab.ts";
import { connect, scene, type Scene } from "./script.ts";

const waiting = (outbox: TabOptions["outbox"] = {}): Scene =>
  scene({ outbox: { capacity: 2, overflow: "wait", ...outbox } });
const ackAll = async (one: Scene, n: number, c = "default"): Promise<void> => {
  const { p } = one.sent("pub").find((frame) => frame["c"] === c) as { p: string };
  one.socket().receive({ t: "ack", p, c, n, head: n });
  await one.settle();
};
const payloads = (one: Scene, c = "default"): unknown[] =>
  one
    .sent("pub")
    .filter((frame) => frame["c"] === c)
    .flatMap(({ m }) => (m as { d: unknown }[]).map(({ d }) => d));
/** `pending`, or what the promise resolved with. */
const now = <T>(promise: Promise<T>): Promise<T | "pending"> => {
  const later = new Promise<"pending">((resolve) => void setImmediate(resolve, "pending"));
  return Promise.race([promise, later]);
};
const queueFull = { kind: "rejected", code: "QUEUE_FULL", by: "client" };

describe("overflow: wait (fault 57)", () => {
  it("lets a message wait for room, without a number, and tells when the outbox takes it", async () => {
    const one = waiting();
    await connect(one);
    one.tab.send(1);
    one.tab.send(2);
    const third = one.tab.send(3);
    await one.settle();
    expect(third.status.get()).toEqual({ kind: "waiting" });
    expect(await now(third.accepted)).toBe("pending");
    expect(one.tab.outbox.entries.get().map(({ status }) => status)).toEqual([
      "inFlight",
      "inFlight",
      "waiting",
    ]);
    expect(payloads(one)).toEqual([1, 2]);
    await ackAll(one, 1);
    expect(await third.accepted).toBe(true);
    expect(third.status.get()).toEqual({ kind: "inFlight" });
    expect(payloads(one)).toEqual([1, 2, 3]);
    await ackAll(one, 3);
    expect(await third.settled).toMatchObject({ kind: "acked" });
  });

  it("counts as backpressure: depth and bytes stay within their limits, waiting tells how many, saturation is 1", () => {
    const { tab } = waiting({ capacity: 100, maxBytes: 10 });
    tab.send("12345");
    expect(tab.outbox.state.get()).toMatchObject({ depth: 1, waiting: 0, bytes: 7, saturation: 0.7 });
    tab.send("67890");
    tab.send("x");
    expect(tab.outbox.state.get()).toMatchObject({ depth: 1, waiting: 2, bytes: 7, saturation: 1 });
  });

  it("is as large as the outbox, in messages and in bytes; then a newcomer settles rejected QUEUE_FULL", async () => {
    const { tab } = waiting();
    const receipts = [1, 2, 3, 4, 5].map((payload) => tab.send(payload));
    expect(await receipts[4]!.settled).toEqual(queueFull);
    expect(await receipts[4]!.accepted).toBe(false);
    expect(tab.outbox.state.get()).toMatchObject({ depth: 2, waiting: 2 });

    const bytes = waiting({ capacity: 100, maxBytes: 10 }).tab;
    bytes.send("12345678");
    expect(bytes.send("12345678").status.get()).toEqual({ kind: "waiting" });
    expect(bytes.send(1).status.get()).toEqual(queueFull);
  });

  it("refuses at once what no empty outbox would take", () => {
    const { tab } = waiting({ maxBytes: 10 });
    expect(tab.send("123456789").status.get()).toEqual(queueFull);
    const none = waiting({ capacity: 0 }).tab;
    expect(none.send(1).status.get()).toEqual(queueFull);
    expect(none.outbox.state.get()).toMatchObject({ depth: 0, capacity: 0, saturation: 1 });
  });

  it("never lets a later send overtake: who comes while others wait stands behind them, on any channel", async () => {
    const one = waiting({ capacity: 4, maxBytes: 20 });
    await connect(one);
    one.tab.send("1234567890123456");
    one.tab.send("12345678", { channel: "b" });
    // They would fit beside the first; their elder does not.
    one.tab.send(1, { channel: "b" });
    one.tab.send(2);
    await one.settle();
    expect(one.tab.outbox.state.get()).toMatchObject({ depth: 1, waiting: 3 });
    expect(one.sent("pub")).toHaveLength(1);
    await ackAll(one, 1);
    expect(payloads(one, "b")).toEqual(["12345678", 1]);
    expect(payloads(one)).toEqual(["1234567890123456", 2]);
  });

  it("gives numbers when the outbox takes it: who leaves the waiting room leaves no gap", async () => {
    const one = waiting();
    await connect(one);
    one.tab.send(1);
    one.tab.send(2);
    one.tab.send(3, { idempotencyKey: "gone" });
    one.tab.send(4);
    await one.settle();
    one.tab.outbox.cancel("gone");
    await ackAll(one, 2);
    expect(one.sent("skip")).toEqual([]);
    expect(one.sent("pub").at(-1)).toMatchObject({ n: 3, m: [{ d: 4 }] });
  });

  it("a place freed by a withdrawal goes to who waits, also while nothing is connected", async () => {
    const one = waiting();
    one.tab.send(1, { idempotencyKey: "first" });
    one.tab.send(2);
    const third = one.tab.send(3);
    one.tab.outbox.cancel("first");
    const fourth = one.tab.send(4);
    expect(fourth.status.get()).toEqual({ kind: "waiting" });
    await one.settle();
    expect(third.status.get()).toEqual({ kind: "queued" });
    expect(fourth.status.get()).toEqual({ kind: "waiting" });
  });

  it.each([
    ["cancel", (one: Scene) => one.tab.outbox.cancel("waits"), "aborted"],
    ["clear", (one: Scene) => one.tab.outbox.clear("room"), "aborted"],
    ["clear of everything", (one: Scene) => one.tab.outbox.clear(), "aborted"],
    ["logout", (one: Scene) => one.tab.logout(), "aborted"],
    ["dispose", (one: Scene) => one.tab.dispose(), "aborted"],
    ["ttlMs", (one: Scene) => one.world.advance(5_010), "expired"],
  ] as const)("%s reaches who waits, and accepted is false", async (_, act, kind) => {
    const one = waiting();
    one.tab.connect();
    one.tab.send(1);
    one.tab.send(2);
    const receipt = one.tab.send(3, { idempotencyKey: "waits", channel: "room", ttlMs: 5_000 });
    await act(one);
    expect(receipt.status.get()).toEqual({ kind });
    expect(await receipt.accepted).toBe(false);
    await one.settle();
    expect(one.tab.outbox.state.get().waiting).toBe(0);
    expect(one.tab.record.settled.filter(({ id }) => id === "waits")).toHaveLength(1);
  });

  it("a signal reaches who waits, and later whom the outbox took (fault 43)", async () => {
    const one = waiting();
    one.tab.send(1, { idempotencyKey: "first" });
    one.tab.send(2);
    const early = new AbortController();
    const late = new AbortController();
    const third = one.tab.send(3, { signal: early.signal });
    const fourth = one.tab.send(4, { signal: late.signal });
    early.abort();
    expect(third.status.get()).toEqual({ kind: "aborted" });
    one.tab.outbox.cancel("first");
    await one.settle();
    expect(fourth.status.get()).toEqual({ kind: "queued" });
    late.abort();
    expect(fourth.status.get()).toEqual({ kind: "aborted" });
    expect(one.tab.outbox.state.get()).toMatchObject({ depth: 1, waiting: 0 });
  });

  it("logout that keeps the queue keeps who waits", async () => {
    const one = waiting();
    for (let i = 1; i <= 3; i++) one.tab.send(i);
    await one.tab.logout({ queue: "keep" });
    expect(one.tab.outbox.state.get()).toMatchObject({ depth: 2, waiting: 1 });
  });

  it("the outbox max age counts from send, the waiting included", async () => {
    const one = waiting({ maxAgeMs: 10_000 });
    one.tab.connect();
    one.tab.send(1, { idempotencyKey: "first" });
    one.tab.send(2);
    const third = one.tab.send(3);
    await one.world.advance(6_000);
    one.tab.outbox.cancel("first");
    await one.world.advance(3_990);
    expect(third.status.get()).toEqual({ kind: "queued" });
    await one.world.advance(20);
    expect(third.status.get()).toEqual({ kind: "expired" });
  });

  it("a smaller limit of the server reaches who waits", async () => {
    const one = waiting();
    one.tab.send(1);
    one.tab.send(2);
    const large = one.tab.send("x".repeat(5_000));
    one.tab.connect();
    one.socket().open();
    await one.settle();
    one.socket().receive({
      t: "hello",
      v: 1,
      features: [],
      limits: { maxFrameBytes: 2_000, windowMessages: 8, windowBytes: 8_000, maxChannels: 9 },
      hbMs: 25_000,
      hbTimeoutMs: 10_000,
      guarantees: { ack: "disk", dedupWindowMs: 1, retentionMs: 1 },
    });
    expect(large.status.get()).toEqual({ kind: "rejected", code: "TOO_LARGE", by: "client" });
  });

  it("lastFlushMs is the time until nobody waits any more", async () => {
    const one = waiting({ capacity: 1 });
    one.tab.send(1);
    one.tab.send(2);
    await connect(one);
    await ackAll(one, 1);
    expect(one.tab.outbox.state.get().lastFlushMs).toBeNull();
    await ackAll(one, 2);
    expect(one.tab.outbox.state.get().lastFlushMs).toBeGreaterThan(0);
  });
});

describe("overflow: evict-oldest (fault 57)", () => {
  it("ends when the app sends again on hearing of an eviction: the room is the newcomer's", () => {
    const { tab } = scene({ outbox: { capacity: 2, overflow: "evict-oldest" } });
    const again: string[] = [];
    tab.on("settled", ({ settlement }) => {
      if (settlement.kind !== "evicted" || again.length > 100) return;
      const { status } = tab.send("again");
      again.push(status.get().kind);
    });
    const receipts = [1, 2, 3].map((n) => tab.send(n));
    expect(again).toEqual(["rejected"]);
    expect(receipts.map(({ status }) => status.get().kind)).toEqual(["evicted", "queued", "queued"]);
  });

  it("evicts nobody where even that would not make room: the newcomer goes alone", async () => {
    const one = scene({ outbox: { maxBytes: 10, overflow: "evict-oldest" } });
    await connect(one);
    one.tab.send("12345");
    await one.settle();
    const second = one.tab.send(1);
    const newcomer = one.tab.send("123456");
    expect(newcomer.status.get()).toEqual({ kind: "evicted" });
    expect(second.status.get()).toEqual({ kind: "queued" });
    expect(await newcomer.accepted).toBe(false);
  });

  it("evicts as many as it takes, the oldest over all channels first, and refuses what never fits", async () => {
    const one = scene({ outbox: { maxBytes: 10, overflow: "evict-oldest" } });
    const order: unknown[] = [];
    one.tab.on("settled", ({ id }) => order.push(id));
    for (const [i, channel] of ["a", "b", "a", "b"].entries()) {
      one.tab.send(10 + i, { channel, idempotencyKey: `m${i}` });
      await one.settle();
    }
    one.tab.send("1234", { idempotencyKey: "new" });
    expect(order).toEqual(["m0", "m1"]);
    expect(one.tab.send("123456789").status.get()).toEqual(queueFull);
    expect(one.tab.outbox.state.get()).toMatchObject({ depth: 3, bytes: 10 });
  });
});

describe("an overflow policy of another name", () => {
  it("is refused at construction", () => {
    expect(() =>
      createResilientClient({ url: "ws://localhost/ws", outbox: { overflow: "drop" as never } }),
    ).toThrow("INVALID_OPTION");
  });
});

describe("the outbox at its limits", () => {
  it.each([
    [1, "1234567890".slice(0, 8), 0],
    [2, "1234567890".slice(0, 9), 1],
  ])("takes exactly capacity and maxBytes, not one more (%s)", (_, payload, refused) => {
    const { tab } = scene({ outbox: { maxBytes: 10 } });
    tab.send(payload);
    expect(tab.record.settled).toHaveLength(refused);
  });

  it("takes a message as large as the frame allows with its names, not one byte more", () => {
    const { tab } = scene();
    const room = 65_536 - 512 - "default".length - "k".length - '""'.length;
    expect(tab.send("x".repeat(room), { idempotencyKey: "k" }).status.get()).toEqual({ kind: "queued" });
    expect(tab.send("x".repeat(room + 1), { idempotencyKey: "k" }).status.get()).toMatchObject({
      code: "TOO_LARGE",
    });
    expect(tab.send("ą".repeat(room / 2), { idempotencyKey: "k" }).status.get()).toEqual({ kind: "queued" });
  });

  it("max age settles at its last ms: never transmitted expired, possibly transmitted uncertain", async () => {
    const one = scene({ outbox: { maxAgeMs: 60_000 }, heartbeat: { timeoutMs: 1e9 } });
    await connect(one);
    const flying = one.tab.send("flying");
    await one.settle();
    one.world.network.refuse(true);
    one.socket().cut();
    await one.settle();
    const queued = one.tab.send("queued");
    const sentAtMs = one.world.clock.nowMs() - 3;
    await one.world.advance(sentAtMs + 60_000 - one.world.clock.nowMs() - 5);
    expect(flying.status.get().kind).toBe("inFlight");
    await one.world.advance(10);
    expect(flying.status.get()).toEqual({ kind: "uncertain" });
    expect(queued.status.get()).toEqual({ kind: "expired" });
  });

  it("what expired in flight frees its share of the window (I6)", async () => {
    const one = scene({ outbox: { maxAgeMs: 20_000, ackTimeoutMs: 1e9 } });
    await connect(one);
    for (let i = 0; i < 20; i++) one.tab.send("x".repeat(60_000));
    await one.settle();
    const inFlight = one.tab.outbox.state.get().inFlight;
    expect(inFlight).toBeLessThan(20);
    // Nothing is answered; the pings are.
    for (let i = 0; i < 4; i++) {
      await one.world.advance(5_000);
      one.socket().receive({ t: "ping" });
    }
    expect(one.tab.outbox.state.get()).toMatchObject({ depth: 0, inFlight: 0 });
    one.tab.send("after");
    await one.settle();
    expect(payloads(one).at(-1)).toBe("after");
  });
});
