import { describe, expect, it } from "vitest";
import type { BackoffOptions } from "../../src/client/options.ts";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import { fixed } from "../../src/core/backoff.ts";
import { createWorld } from "../../src/testing/createWorld.ts";
import { accept, connect, hello, scene, type Scene } from "./script.ts";

const exhausted = { name: "failed", code: "RETRIES_EXHAUSTED", recovery: { kind: "manual" } };
const patient = (backoff: Partial<BackoffOptions>): Scene =>
  scene({ backoff: { policy: fixed(1_000), ...backoff } });
const lose = async (one: Scene, code = 1006): Promise<void> => {
  one.socket().close(code);
  await one.world.advance(1_001);
};

describe("maxAttempts", () => {
  it.each([0, 1, 3])("of %i: as many retries, then failed; the queue is kept", async (maxAttempts) => {
    const one = patient({ maxAttempts });
    one.tab.send("kept");
    one.tab.connect();
    for (let retry = 0; retry < maxAttempts; retry++) {
      await lose(one);
      expect(one.tab.sockets()).toHaveLength(retry + 2);
    }
    expect(one.tab.state.get().name).toBe("connecting");
    await lose(one);
    expect(one.tab.state.get()).toMatchObject(exhausted);
    expect(one.tab.outbox.state.get().depth).toBe(1);
    expect(one.tab.page.clock.timers()).toBe(0);
    await one.world.advance(3_600_000);
    expect(one.tab.sockets()).toHaveLength(maxAttempts + 1);
  });

  it("begins anew with reconnect(), and what was kept is sent", async () => {
    const one = patient({ maxAttempts: 2 });
    const receipt = one.tab.send("kept");
    one.tab.connect();
    for (let i = 0; i < 3; i++) await lose(one);
    expect(one.tab.state.get()).toMatchObject(exhausted);
    one.tab.reconnect();
    for (let i = 0; i < 2; i++) await lose(one);
    expect(one.tab.state.get().name).toBe("connecting");
    await accept(one);
    expect(one.sent("pub")).toMatchObject([{ m: [{ d: "kept" }] }]);
    expect(receipt.status.get().kind).toBe("inFlight");
  });

  it("counts from the last stable connection: one that lived 5 s forgives everything before it", async () => {
    const one = patient({ maxAttempts: 2 });
    await connect(one);
    await lose(one);
    await lose(one);
    await accept(one);
    await one.world.advance(4_000);
    await lose(one);
    expect(one.tab.state.get()).toMatchObject(exhausted);
    one.tab.reconnect();
    await lose(one);
    await lose(one);
    await accept(one);
    await one.world.advance(5_001);
    await lose(one);
    expect(one.tab.state.get().name).toBe("connecting");
  });
});

describe("budgetMs", () => {
  it("is time without a connection: the first failure at or after its end is the last", async () => {
    const one = patient({ budgetMs: 3_003 });
    one.tab.connect();
    // 0, 1 001, 2 002 ms after the first failure.
    for (let i = 0; i < 3; i++) await lose(one);
    expect(one.tab.state.get().name).toBe("connecting");
    one.socket().close(1006);
    await one.settle();
    expect(one.tab.state.get()).toMatchObject(exhausted);
  });

  it("counts from the loss of a connection, however long that had lasted", async () => {
    const one = patient({ budgetMs: 2_000 });
    await connect(one);
    await one.world.advance(20_000);
    await lose(one);
    await lose(one);
    expect(one.tab.state.get().name).toBe("connecting");
    await lose(one);
    expect(one.tab.state.get()).toMatchObject(exhausted);
  });

  it("of 0 allows no retry", async () => {
    const one = patient({ budgetMs: 0 });
    await connect(one);
    await lose(one);
    expect(one.tab.state.get()).toMatchObject(exhausted);
  });
});

describe("firstRetrySpreadMs", () => {
  it("spreads the first retry of a server that advises none; those after it follow the policy", async () => {
    const world = createWorld({ server: false, latencyMs: 0 });
    const tabs = Array.from({ length: 40 }, () =>
      world.openTab({
        protocol: plainProtocol(),
        backoff: { policy: fixed(100), firstRetrySpreadMs: 60_000 },
        timeouts: { connectMs: 1e6 },
      }),
    );
    for (const tab of tabs) tab.connect();
    for (const socket of world.sockets) socket.open();
    await world.advance(6_000);
    for (const socket of world.sockets) socket.close(1006);
    const perQuarter: number[] = [];
    for (let quarter = 0; quarter < 4; quarter++) {
      const before = world.sockets.length;
      await world.advance(15_000);
      perQuarter.push(world.sockets.length - before);
    }
    await world.advance(1);
    expect(world.sockets).toHaveLength(80);
    for (const dialled of perQuarter) expect(dialled).toBeGreaterThanOrEqual(4);
    for (const tab of tabs) tab.sockets().at(-1)!.close(1006);
    await world.advance(101);
    expect(world.sockets).toHaveLength(120);
  });

  it("gives way to what a server advises", async () => {
    const one = patient({ firstRetrySpreadMs: 100_000 });
    await connect(one, [], 10);
    await one.world.advance(6_000);
    one.socket().close(1006);
    await one.world.advance(11);
    expect(one.tab.sockets()).toHaveLength(2);
  });
});

describe("what a server closes with", () => {
  it("4014 superseded ends the socket, never the client: the next one comes with a higher term", async () => {
    const one = patient({});
    await connect(one);
    await lose(one, 4014);
    await accept(one);
    expect(one.tab.state.get().name).toBe("connected");
    const terms = one.tab.sockets().map((socket) => socket.frames().find(({ t }) => t === "auth"));
    expect(terms).toMatchObject([{ term: 1 }, { term: 2 }]);
    expect(new Set(terms.map((auth) => (auth as { group: string }).group)).size).toBe(1);
  });

  it.each([
    ["CONNECTION_LIMIT", 4012],
    ["OVERLOADED", 4011],
  ])(
    "%s with a time: no sooner, however impatient the policy; not later than two minutes (fault 18, fault 74)",
    async (code, close) => {
      for (const [asked, kept] of [
        [30_000, 30_000],
        [9e9, 120_000],
      ] as const) {
        const one = scene({ backoff: { policy: fixed(10) } });
        one.tab.connect();
        one.socket().open();
        await one.settle();
        one.socket().receive([hello, { t: "error", code, retriable: true, retryAfterMs: asked }]);
        await one.settle();
        one.socket().close(close);
        await one.settle();
        one.tab.page.hint("online");
        await one.world.advance(kept - 100);
        expect(one.tab.sockets()).toHaveLength(1);
        await one.world.advance(102);
        expect(one.tab.sockets()).toHaveLength(2);
      }
    },
  );

  it.each([1009, 4013])(
    "%i is retried, and the message that is alone in flight is refused (fault 6)",
    async (code) => {
      const one = patient({});
      const receipt = one.tab.send("culprit");
      await connect(one);
      await lose(one, code);
      await accept(one);
      await lose(one, code);
      await one.settle();
      expect(await receipt.settled).toMatchObject({ kind: "rejected", code: "TOO_LARGE" });
      await accept(one);
      expect(one.tab.state.get().name).toBe("connected");
    },
  );
});
