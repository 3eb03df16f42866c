import { describe, expect, it } from "vitest";
import { accept, connect, hello, scene } from "./script.ts";

const ack =
  (n: number, more: object = {}) =>
  (one: ReturnType<typeof scene>) => {
    const { p, c } = one.sent("pub").at(-1) as { p: string; c: string };
    one.socket().receive({ t: "ack", p, c, n, head: 100, ...more });
  };
const items = (one: ReturnType<typeof scene>) =>
  one.sent("pub").flatMap(({ n, m }) => (m as { d: unknown }[]).map(({ d }, i) => [(n as number) + i, d]));

describe("send", () => {
  it("queues before connect() and transmits only once connected", async () => {
    const one = scene();
    one.tab.send("early");
    expect(one.tab.outbox.state.get()).toMatchObject({ depth: 1, inFlight: 0, durability: "memory" });
    await connect(one);
    expect(items(one)).toEqual([[1, "early"]]);
    expect(one.tab.outbox.state.get()).toMatchObject({ depth: 1, inFlight: 1 });
  });

  it("shows an entry as the same object and an instant as the same number until they are others", async () => {
    const one = scene();
    const { entries, state } = one.tab.outbox;
    one.tab.send("first");
    const [first] = entries.get();
    const { oldestAt } = state.get();
    one.tab.page.clock.shiftWall(0.3);
    one.tab.send("second");
    expect(entries.get()[0]).toBe(first);
    expect([state.get().oldestAt, state.get().depth]).toEqual([oldestAt, 2]);
    await connect(one);
    expect(entries.get()[0]).toEqual({ ...first, status: "inFlight" });
  });

  it("packs what one task sends into one WebSocket message", async () => {
    const one = scene();
    await connect(one);
    const before = one.socket().sent.length;
    for (let i = 0; i < 100; i++) one.tab.send(i);
    await one.settle();
    expect(one.socket().sent.length - before).toBe(1);
    expect(items(one)).toHaveLength(100);
  });

  it("settles by the server's answer only, and its status tells the way there", async () => {
    const one = scene();
    await connect(one);
    const receipt = one.tab.send("x");
    const seen: string[] = [];
    receipt.status.subscribe(() => seen.push(receipt.status.get().kind));
    await one.settle();
    expect(receipt.status.get()).toEqual({ kind: "inFlight" });
    ack(1, { runs: [[1, 42, 1]] })(one);
    await one.settle();
    expect(seen).toEqual(["inFlight", "acked"]);
    expect(await receipt.settled).toEqual({ kind: "acked", seq: 42 });
    expect(await receipt.orThrow()).toEqual({ kind: "acked", seq: 42 });
  });

  it("sends the same numbers again on the next socket, after the position the server names", async () => {
    const one = scene();
    await connect(one);
    for (const payload of ["a", "b", "c"]) one.tab.send(payload);
    await one.settle();
    one.socket().cut();
    await one.world.advance(3_000);
    one.socket().open();
    await one.settle();
    one.socket().receive(hello);
    await one.settle();
    const [{ producers }] = one.sent("resume") as unknown as [
      { producers: { p: string; c: string; acked: number }[] },
    ];
    expect(producers).toMatchObject([{ c: "default", acked: 0 }]);
    one.socket().receive([
      { t: "authed", subject: "u1", exp: null },
      { t: "welcome", cid: "c", spreadMs: 0, channels: [] },
      { t: "positions", producers: [{ p: producers[0]!.p, c: "default", n: 2, head: 2, runs: [[1, 1, 2]] }] },
    ]);
    await one.settle();
    expect(one.tab.record.settled.map(({ settlement }) => settlement)).toEqual([
      { kind: "acked", seq: 1 },
      { kind: "acked", seq: 2 },
    ]);
    expect(items(one)).toEqual([[3, "c"]]);
  });

  it("probes and sends the same numbers again when an answer does not come for 10 s on a live socket (fault 47)", async () => {
    const one = scene();
    await connect(one);
    one.tab.send("x");
    await one.settle();
    await one.world.advance(10_010);
    expect(items(one)).toEqual([
      [1, "x"],
      [1, "x"],
    ]);
    expect(one.sent("ping").length).toBeGreaterThan(0);
  });

  it("rewinds once for a GAP to the number the server expects", async () => {
    const one = scene();
    await connect(one);
    for (let i = 1; i <= 3; i++) one.tab.send(i);
    await one.settle();
    const { p } = one.sent("pub")[0] as { p: string };
    one.socket().receive({ t: "nack", p, c: "default", n: 3, code: "GAP", pos: 1, retriable: true });
    await one.settle();
    expect(items(one).map(([n]) => n)).toEqual([1, 2, 3, 2, 3]);
  });

  it("pauses the lane for a retriable nack, then sends the same number again (fault 56, fault 70)", async () => {
    const one = scene();
    await connect(one);
    for (let i = 1; i <= 2; i++) one.tab.send(i);
    await one.settle();
    const { p } = one.sent("pub")[0] as { p: string };
    one.socket().receive([
      { t: "nack", p, c: "default", n: 1, code: "RATE_LIMITED", retriable: true, retryAfterMs: 2_000 },
      { t: "nack", p, c: "default", n: 2, code: "GAP", pos: 0, retriable: true },
    ]);
    await one.settle();
    expect(one.tab.outbox.state.get()).toMatchObject({ pauseReason: "RATE_LIMITED", inFlight: 0 });
    one.tab.send("other", { channel: "elsewhere" });
    await one.world.advance(1_900);
    expect(items(one).map(([, d]) => d)).toEqual([1, 2, "other"]);
    await one.world.advance(200);
    expect(items(one).map(([n]) => n)).toEqual([1, 2, 1, 1, 2]);
    expect(one.tab.outbox.state.get().pausedUntil).toBeNull();
  });

  it("signals a rollback and goes on under a new producer (fault 60)", async () => {
    const one = scene();
    await connect(one);
    one.tab.send("kept");
    one.tab.send("gone");
    await one.settle();
    ack(2)(one);
    await one.settle();
    one.tab.send("next");
    await one.settle();
    const { p } = one.sent("pub").at(-1) as { p: string };
    one.socket().receive({ t: "nack", p, c: "default", n: 3, code: "ROLLED_BACK", pos: 1, retriable: false });
    await one.settle();
    expect(one.tab.record.lost).toEqual([{ channel: "default", acked: 1 }]);
    const last = one.sent("pub").at(-1) as { p: string; n: number; m: unknown[] };
    expect(last.p).not.toBe(p);
    expect(last).toMatchObject({ n: 1, m: [{ d: "next", re: { p, n: 3 } }] });
  });

  it.each([
    ["undefined", undefined],
    ["a function", () => 1],
    ["a BigInt", 1n],
    [
      "a circle",
      (() => {
        const a: unknown[] = [];
        a.push(a);
        return a;
      })(),
    ],
  ])("rejects %s as UNSERIALIZABLE at once and queues nothing", async (_, payload) => {
    const { tab } = scene();
    const receipt = tab.send(payload);
    expect(await receipt.settled).toEqual({ kind: "rejected", code: "UNSERIALIZABLE", by: "client" });
    expect(await receipt.accepted).toBe(false);
    expect(tab.outbox.state.get().depth).toBe(0);
    await expect(receipt.orThrow()).rejects.toMatchObject({ code: "MESSAGE_NOT_ACKED" });
  });

  it("rejects what no frame can carry as TOO_LARGE, with UTF-8 counted, also when the server allows less than the default", async () => {
    const one = scene();
    expect(await one.tab.send("ą".repeat(40_000)).settled).toMatchObject({
      kind: "rejected",
      code: "TOO_LARGE",
    });
    const waiting = one.tab.send("x".repeat(5_000));
    one.tab.connect();
    one.socket().open();
    await one.settle();
    one.socket().receive({
      ...hello,
      limits: { maxFrameBytes: 2_000, windowMessages: 8, windowBytes: 8_000, maxChannels: 9 },
    } as never);
    await one.settle();
    expect(await waiting.settled).toEqual({ kind: "rejected", code: "TOO_LARGE", by: "client" });
  });

  it.each([4013, 1009])(
    "finds the lone culprit after %i and goes on with the others (fault 6)",
    async (code) => {
      const one = scene();
      await connect(one);
      for (const payload of ["a", "culprit", "c"]) one.tab.send(payload);
      await one.settle();
      const { p } = one.sent("pub")[0] as { p: string };
      for (let round = 0; round < 9; round++) {
        const inFlight = items(one).map(([, d]) => d);
        const sent = [
          ...items(one).map(([n]) => n as number),
          ...one.sent("skip").map(({ to }) => to as number),
        ];
        if (inFlight.includes("culprit")) one.socket().close(code);
        else if (sent.length)
          one.socket().receive({ t: "ack", p, c: "default", n: Math.max(...sent), head: 9 });
        await one.settle();
        if (one.tab.state.get().name === "reconnecting") {
          await one.world.runUntil(() => one.tab.state.get().name === "connecting");
          await accept(one);
        }
        await one.settle();
      }
      const codes = one.tab.record.settled.map(({ settlement }) =>
        "code" in settlement ? settlement.code : settlement.kind,
      );
      expect(codes).toEqual(["acked", "TOO_LARGE", "acked"]);
    },
  );

  it("rejects QUEUE_FULL at its capacity by default (fault 57)", async () => {
    const { tab } = scene({ outbox: { capacity: 2 } });
    tab.send(1);
    tab.send(2);
    expect(tab.outbox.state.get().saturation).toBe(1);
    expect(await tab.send(3).settled).toEqual({ kind: "rejected", code: "QUEUE_FULL", by: "client" });
  });

  it("evicts the oldest never-transmitted row by option, and the newcomer where there is none (fault 57)", async () => {
    const one = scene({ outbox: { capacity: 2, overflow: "evict-oldest" } });
    const first = one.tab.send(1);
    one.tab.send(2);
    one.tab.send(3);
    expect(await first.settled).toEqual({ kind: "evicted" });
    await connect(one);
    expect(one.sent("skip")).toMatchObject([{ from: 1, to: 1 }]);
    expect(await one.tab.send(4).settled).toEqual({ kind: "evicted" });
  });

  it("expires by ttl while offline, exactly once, and tells (I8)", async () => {
    const one = scene();
    one.tab.connect();
    const receipt = one.tab.send("soon stale", { ttlMs: 5_000 });
    await one.world.advance(5_010);
    expect(await receipt.settled).toEqual({ kind: "expired" });
    expect(one.tab.outbox.state.get().depth).toBe(0);
  });

  it("withdraws by signal: before enqueue, queued, in flight, after the answer (fault 43)", async () => {
    const one = scene();
    const abort = (controller = new AbortController()) => controller;
    const before = abort();
    before.abort();
    expect(await one.tab.send("never", { signal: before.signal }).settled).toEqual({ kind: "aborted" });
    const queued = abort();
    const second = one.tab.send("queued", { signal: queued.signal });
    queued.abort();
    expect(await second.settled).toEqual({ kind: "aborted" });
    await connect(one);
    const flying = abort();
    const third = one.tab.send("flying", { signal: flying.signal });
    await one.settle();
    flying.abort();
    expect(third.status.get().kind).toBe("inFlight");
    ack(2, { runs: [[2, 9, 1]] })(one);
    await one.settle();
    flying.abort();
    expect(await third.settled).toEqual({ kind: "acked", seq: 9 });
  });

  it("settles what dispose() leaves: never transmitted aborted, else uncertain; later sends DISPOSED", async () => {
    const one = scene();
    await connect(one);
    const flying = one.tab.send(1);
    await one.settle();
    one.tab.disconnect();
    const queued = one.tab.send(2);
    await one.tab.dispose();
    expect(await flying.settled).toEqual({ kind: "uncertain" });
    expect(await queued.settled).toEqual({ kind: "aborted" });
    expect(await one.tab.send(3).settled).toEqual({ kind: "rejected", code: "DISPOSED", by: "client" });
  });

  it("keeps the message and counts a lost socket when the socket throws", async () => {
    const one = scene();
    await connect(one);
    one.socket().close(1006);
    one.tab.send("survivor");
    await one.settle();
    expect(one.tab.outbox.state.get().depth).toBe(1);
    expect(one.tab.state.get().name).not.toBe("failed");
  });

  it("lists and cancels what waits", async () => {
    const { tab } = scene();
    tab.send({ a: 1 }, { idempotencyKey: "k", channel: "room" });
    tab.send(2);
    expect(tab.outbox.entries.get()).toMatchObject([
      { id: "k", channel: "room", payload: { a: 1 }, status: "queued" },
      {},
    ]);
    expect(tab.outbox.cancel("k")).toBe(true);
    expect(tab.outbox.cancel("k")).toBe(false);
    expect(tab.outbox.clear()).toBe(1);
    expect(tab.outbox.state.get().depth).toBe(0);
  });

  it("tells the queue store once for a burst", async () => {
    const one = scene();
    await connect(one);
    let told = 0;
    one.tab.outbox.state.subscribe(() => told++);
    for (let i = 0; i < 500; i++) one.tab.send(i);
    await one.settle();
    expect(told).toBeLessThanOrEqual(2);
    expect(one.tab.outbox.state.get()).toBe(one.tab.outbox.state.get());
  });
});
