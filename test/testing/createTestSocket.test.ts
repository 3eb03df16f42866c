import { afterEach, describe, expect, it, vi } from "vitest";
import { createResilientClient } from "../../src/client/createResilientClient.ts";
import type { ResilientClientOptions } from "../../src/client/options.ts";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import {
  createTestSocket,
  type TestPage,
  type TestPeer,
  type TestSocketOptions,
} from "../../src/testing/createTestSocket.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  vi.useRealTimers();
});

const kept = <T extends TestPeer>(peer: T): T => {
  closing.push(peer.close);
  return peer;
};
const open = (options?: TestSocketOptions) => kept(createTestSocket(options));
const join = ({ ports }: TestPage, options: Partial<ResilientClientOptions> = {}) => {
  const client = createResilientClient({ url: "ws://test", ports, ...options });
  client.connect();
  return client;
};

describe("a test socket", () => {
  it("is a server that stores what a client sends and says what the test publishes", async () => {
    const peer = open();
    const client = join(peer);
    const heard: unknown[] = [];
    client.subscribe("room", ({ data }) => heard.push(data));
    await peer.advance(1_000);
    client.send("hello", { channel: "room", idempotencyKey: "one" });
    await peer.advance(1_000);
    await peer.publish("room", "welcome");
    await peer.advance(1_000);
    expect(heard).toEqual(["hello", "welcome"]);
    expect(peer.received()).toEqual([{ channel: "room", data: "hello", id: "one", subject: "anyone" }]);
  });

  it("dies after the second message, and the client settles both when it is back", async () => {
    const peer = open();
    const client = join(peer);
    await peer.advance(1_000);
    peer.crashServerAfter(2);
    const [first, second] = [client.send("one"), client.send("two")];
    await peer.advance(1_000);
    const third = client.send("three");
    await peer.advance(1_000);
    expect(peer.isUp()).toBe(false);
    expect([first, second, third].map(({ status }) => status.get().kind)).toEqual([
      "inFlight",
      "inFlight",
      "queued",
    ]);
    peer.startServer();
    expect(await peer.until(() => third.status.get().kind === "acked")).toBe(true);
    expect(peer.received().map(({ data }) => data)).toEqual(["one", "two", "three"]);
  });

  it("acknowledges nothing while the store is held", async () => {
    const peer = open();
    const client = join(peer);
    await peer.advance(1_000);
    const release = peer.store.hold();
    const receipt = client.send("kept");
    await peer.advance(5_000);
    expect(peer.received()).toHaveLength(1);
    expect(receipt.status.get().kind).toBe("inFlight");
    release();
    await peer.advance(1_000);
    expect(receipt.status.get().kind).toBe("acked");
  });

  it("refuses what its options refuse", async () => {
    const peer = open({
      server: {
        authorize: ({ channel }) => channel !== "secret",
        onMessage: ({ payload }, { reject }) => (payload === "spam" ? reject("SPAM") : payload),
      },
    });
    const client = join(peer);
    const told: string[] = [];
    client.on("continuity", ({ channel, result }) => told.push(`${channel} ${result}`));
    client.subscribe("secret", () => undefined);
    await peer.advance(1_000);
    const receipt = client.send("spam");
    await peer.advance(1_000);
    expect(told).toEqual(["secret denied"]);
    expect(await receipt.settled).toMatchObject({ kind: "rejected", code: "SPAM", by: "server" });
  });

  it("has pages of several users, and tabs that share a connection", async () => {
    const peer = open();
    const [alice, second, bob] = [
      join(peer),
      join(peer.openPage({ beside: peer })),
      join(peer.openPage(), { auth: () => ({ token: "bob" }) }),
    ];
    await peer.advance(1_000);
    expect(peer.sockets).toHaveLength(2);
    expect([alice, second].map(({ tabs }) => tabs.get().role)).toEqual(["leader", "follower"]);
    second.send("hi");
    await peer.advance(1_000);
    bob.send("ho");
    await peer.advance(1_000);
    expect(peer.received().map(({ data, subject }) => [data, subject])).toEqual([
      ["hi", "anyone"],
      ["ho", "bob"],
    ]);
  });

  it("reloads a page: what its outbox had stored goes out from the next one", async () => {
    const peer = open();
    const durable = (page: TestPage) => join(page, { identity: "ada", outbox: { storage: page.storage } });
    const client = durable(peer);
    await peer.advance(1_000);
    peer.crashServer();
    client.send("kept");
    await peer.advance(1_000);
    expect(peer.profile.stored().rows).toHaveLength(1);
    durable(peer.openPage({ after: peer }));
    peer.startServer();
    expect(await peer.until(() => peer.received().length > 0)).toBe(true);
    await peer.advance(60_000);
    expect(peer.received().map(({ data }) => data)).toEqual(["kept"]);
    expect(peer.page.life()).toBe("gone");
  });

  it("lets real time pass when asked to", async () => {
    const peer = open({ time: "real", latencyMs: 0 });
    const receipt = join(peer).send("hello");
    expect(await receipt.settled).toEqual({ kind: "acked", seq: 1 });
    expect(await peer.until(() => false, 1)).toBe(false);
  });

  it("lives on the test runner's fake timers", async () => {
    vi.useFakeTimers();
    const peer = open({ time: "real" });
    const client = join(peer);
    const receipt = client.send("hello");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(receipt.status.get().kind).toBe("acked");
    peer.crashServer();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(client.state.get().name).toBe("reconnecting");
    const closed = peer.close();
    await vi.advanceTimersByTimeAsync(1_000);
    await closed;
    expect(vi.getTimerCount()).toBe(0);
    closing.length = 0;
  });

  it("leaves no timer behind once it is closed, also of a client that goes on", async () => {
    vi.useFakeTimers();
    const peer = open({ time: "real" });
    join(peer);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(peer.network.live()).toHaveLength(1);
    const closed = peer.close();
    await vi.advanceTimersByTimeAsync(1_000);
    await closed;
    const opened = peer.sockets.length;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(peer.sockets).toHaveLength(opened);
    expect(vi.getTimerCount()).toBe(0);
    closing.length = 0;
  });
});

describe("a test socket with a server of one's own protocol", () => {
  it("hears the client's texts and answers", async () => {
    const peer = kept(
      createTestSocket({
        serve: ({ send }) => ({ received: (text) => send(`echo ${String(text)}`), closed: () => undefined }),
      }),
    );
    const client = join(peer, { protocol: plainProtocol() });
    const heard: unknown[] = [];
    client.subscribe("default", ({ data }) => heard.push(data));
    client.send("hello");
    await peer.advance(1_000);
    expect(heard).toEqual(["echo hello"]);
    peer.network.cut();
    await peer.advance(10);
    expect(client.state.get().name).toBe("reconnecting");
    await peer.advance(60_000);
    expect(client.state.get().name).toBe("connected");
  });
});
