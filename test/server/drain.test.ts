import { describe, expect, it } from "vitest";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { createWorld } from "../../src/testing/createWorld.ts";
import { createTestServer } from "./testServer.ts";

/** A promise as a fact that can be looked at. */
const watch = (promise: Promise<unknown>) => {
  const state = { isDone: false };
  void promise.then(() => (state.isDone = true));
  return state;
};

/** A store whose appends wait until they are let go. */
const holdingStore = () => {
  const inner = memoryStore();
  const gates: (() => void)[] = [];
  const append: typeof inner.append = async (batches) => {
    await new Promise<void>((open) => gates.push(open));
    return inner.append(batches);
  };
  return { store: { ...inner, append }, gates };
};

describe("a node that drains", () => {
  it("P9.5: asks everybody to leave within the window, once, and names the deadline (fault 64)", async () => {
    const { server, join } = createTestServer();
    const peers = [await join(), await join()];
    void server.drain({ overMs: 20_000, to: "wss://b.example/ws" });
    void server.drain({ overMs: 1 });
    await peers[0]?.send({ t: "ping" });
    for (const peer of peers)
      expect(peer.all("goaway")).toEqual([
        {
          t: "goaway",
          reason: "drain",
          minMs: 0,
          maxMs: 18_000,
          deadlineMs: 20_000,
          to: "wss://b.example/ws",
        },
      ]);
  });

  it("P9.6: takes nobody any more, and lets those who are not logged in yet go at once (fault 64)", async () => {
    const { server, connect, clock } = createTestServer({ authenticate: () => new Promise(() => {}) });
    const [silent, knocking] = [connect(), connect()];
    await knocking.auth();
    void server.drain();
    const late = connect();
    await clock.settle();
    for (const { state, received } of [silent, knocking, late]) {
      expect(received.map(({ t }) => t)).toEqual(["hello", "error"]);
      expect(received.at(-1)).toMatchObject({ code: "DRAINING", retriable: true });
      expect(state.closed?.code).toBe(4001);
    }
  });

  it("resolves when the last has left, with no timer behind (I4)", async () => {
    const { server, join, clock } = createTestServer();
    const peers = [await join(), await join()];
    const done = watch(server.drain());
    await peers[0]?.drop();
    expect(done.isDone).toBe(false);
    await peers[1]?.drop();
    expect(done.isDone).toBe(true);
    expect(clock.timers()).toBe(0);
  });

  it("resolves at once when nobody is there, and again when asked again", async () => {
    const { server } = createTestServer();
    await server.drain();
    await expect(server.drain()).resolves.toBeUndefined();
  });

  it("P9.6: closes with 4001 whoever is left at the deadline, not a moment earlier (fault 4, fault 64)", async () => {
    const { server, join, clock } = createTestServer();
    const peer = await join();
    const done = watch(server.drain({ overMs: 10_000 }));
    await clock.advance(9_999);
    expect([peer.state.closed, done.isDone]).toEqual([undefined, false]);
    await clock.advance(1);
    expect(peer.last("error")).toMatchObject({ code: "DRAINING", retriable: true });
    expect([peer.state.closed?.code, done.isDone]).toEqual([4001, true]);
  });

  it("P9.6: what was accepted is committed and acknowledged before the close; nothing more is read (fault 64, I1)", async () => {
    const { store, gates } = holdingStore();
    const { server, join, clock } = createTestServer({ store });
    const peer = await join();
    await peer.pub(1, ["accepted"]);
    const done = watch(server.drain({ overMs: 1000 }));
    await clock.advance(1500);
    await peer.pub(2, ["too late"]);
    expect([peer.state.closed, done.isDone]).toEqual([undefined, false]);
    gates.forEach((open) => open());
    await clock.advance(50);
    expect(peer.last("ack")).toMatchObject({ n: 1 });
    expect(peer.received.at(-1)?.t).toBe("error");
    expect([peer.state.closed?.code, done.isDone]).toEqual([4001, true]);
    expect((await store.read("room", 0, 10)).events.map(({ d }) => d)).toEqual(['"accepted"']);
  });

  it("a store that does not answer holds the deadline up for five seconds, no longer (fault 61)", async () => {
    const { store } = holdingStore();
    const { server, join, clock } = createTestServer({ store });
    const peer = await join();
    await peer.pub(1, ["a"]);
    const done = watch(server.drain({ overMs: 1000 }));
    await clock.advance(6_100);
    expect([peer.state.closed?.code, done.isDone, peer.all("ack")]).toEqual([4001, true, []]);
  });

  it("serves on until they leave: what is sent meanwhile is stored and heard (fault 64)", async () => {
    const { server, join } = createTestServer();
    const peer = await join();
    void server.drain();
    await peer.pub(1, ["meanwhile"]);
    expect([peer.last("ack")?.n, peer.seen()]).toEqual([1, ["meanwhile"]]);
  });

  it("close ends a drain that is under way, and one that is over", async () => {
    for (const overMs of [0, 10_000]) {
      const { server, join, clock } = createTestServer();
      const peer = await join();
      const done = watch(server.drain({ overMs }));
      await clock.advance(1);
      await server.close();
      await peer.drop();
      expect([peer.state.closed?.code, done.isDone]).toEqual([overMs === 0 ? 4001 : 1001, true]);
      expect(clock.timers()).toBe(0);
    }
  });

  it.each([
    ["overMs", { overMs: -1 }],
    ["overMs", { overMs: NaN }],
    ["overMs", { overMs: Infinity }],
    ["to", { to: "https://b.example" }],
    ["to", { to: "/ws" }],
  ])("refuses %s that no client could follow: %o", async (name, options) => {
    const { server, join } = createTestServer();
    const peer = await join();
    await expect(server.drain(options)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    await expect(server.drain(options)).rejects.toThrow(name);
    await peer.send({ t: "ping" });
    expect(peer.all("goaway")).toEqual([]);
  });

  it("says so in its metrics (S30)", async () => {
    const { server, metric } = createTestServer();
    expect(metric("resilient_leaving")).toBe(0);
    await server.drain();
    expect(metric("resilient_leaving")).toBe(1);
  });
});

describe("clients of a node that drains", () => {
  it("leave evenly over the window, none of them by force, and lose nothing (fault 18, fault 64)", async () => {
    const count = 60;
    const world = createWorld({ nodes: 2 });
    const tabs = Array.from({ length: count }, () => world.openTab());
    for (const tab of tabs) tab.connect();
    await world.advance(500);
    const heard = tabs[0]?.watch("room");
    await world.advance(500);
    const stay = new Set(world.network.live());
    const startMs = world.clock.nowMs();
    const leftAtMs: number[] = [];
    const done = watch(world.server(0).drain({ overMs: 20_000 }));
    const receipts = tabs.map((tab, i) => tab.send(i, { channel: "room" }));
    for (let second = 0; second < 40; second++) {
      await world.advance(500);
      for (const socket of stay)
        if (socket.state() !== "open") {
          stay.delete(socket);
          leftAtMs.push(world.clock.nowMs() - startMs);
        }
    }
    expect(done.isDone).toBe(true);
    const gone = leftAtMs.length;
    expect(gone).toBeGreaterThan(15);
    // No second sees more than a few, and both halves of the window see their share.
    for (let ms = 0; ms <= 20_000; ms += 1000)
      expect(leftAtMs.filter((at) => at > ms && at <= ms + 1000).length).toBeLessThan(gone / 3);
    expect(leftAtMs.filter((at) => at <= 9_000).length).toBeGreaterThan(gone / 5);
    expect(leftAtMs.filter((at) => at > 9_000).length).toBeGreaterThan(gone / 5);
    await world.runUntil(() => tabs.every((tab) => tab.state.get().name === "connected"), 120_000);
    for (const receipt of receipts) expect((await receipt.settled).kind).toBe("acked");
    expect(heard?.data()).toHaveLength(count);
    await world.close();
  });
});
