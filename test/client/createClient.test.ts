import { describe, expect, it } from "vitest";
import { createClient } from "../../src/client/createClient.ts";
import { heartbeat } from "../../src/client/heartbeat.ts";
import { hints } from "../../src/client/hints.ts";
import type { ClientOptions } from "../../src/client/options.ts";
import { plainProtocol, type PlainOptions } from "../../src/client/plainProtocol.ts";
import { fixed } from "../../src/core/backoff.ts";
import { breaker } from "../../src/core/breaker.ts";
import { evictOldest } from "../../src/core/evictOldest.ts";
import { createNetwork } from "../../src/testing/network.ts";
import { createPage } from "../../src/testing/page.ts";
import { seededDice } from "../../src/testing/seededDice.ts";
import { virtualClock } from "../../src/testing/virtualClock.ts";

/** A client with the given features and no other, and the world around it. */
const bare = (features: Partial<ClientOptions> = {}, plain: PlainOptions = {}) => {
  const clock = virtualClock();
  const dice = seededDice(1);
  const network = createNetwork({ clock, dice, link: { latencyMs: 0, jitterMs: 0 }, scripted: true });
  const page = createPage(clock.device());
  const client = createClient({
    url: "ws://localhost/ws",
    protocol: plainProtocol(plain),
    ports: { clock: page.clock, dice, sensors: page.sensors, socket: network.openSocket("tab", page.clock) },
    ...features,
  });
  const socket = () => network.sockets.at(-1)!;
  const connect = async () => {
    client.connect();
    socket().open();
    await clock.advance(1);
  };
  const cut = async () => {
    socket().cut();
    await clock.advance(1);
  };
  return { client, clock, network, page, socket, connect, cut };
};

const ping = { ping: () => "ping", isPong: (raw: unknown) => raw === "pong" };

describe("createClient without features", () => {
  it("connects, queues and sends", async () => {
    const { client, connect, socket } = bare();
    const receipt = client.send("early");
    await connect();
    expect(client.state.get().name).toBe("connected");
    expect(socket().sent).toEqual(["early"]);
    expect(await receipt.settled).toEqual({ kind: "sent" });
  });

  it("retries nothing: a loss is failed RETRIES_EXHAUSTED", async () => {
    const { client, connect, cut } = bare();
    await connect();
    await cut();
    expect(client.state.get()).toMatchObject({ name: "failed", code: "RETRIES_EXHAUSTED" });
  });

  it("asks a silent socket nothing and hears neither network nor page", async () => {
    const { client, clock, connect, page, socket } = bare();
    await connect();
    expect(page.listeners()).toBe(0);
    await clock.advance(3_600_000);
    expect(socket().sent).toEqual([]);
    expect(client.state.get().name).toBe("connected");
  });

  it("refuses a ping that nothing would send", () => {
    expect(() => bare({}, ping)).toThrow("INVALID_OPTION");
  });
});

describe("a feature does its work where it is given", () => {
  it("backoff: retries as the policy says", async () => {
    const { client, clock, connect, cut, network } = bare({ backoff: { policy: fixed(1_000) } });
    await connect();
    await cut();
    expect(client.state.get()).toMatchObject({ name: "reconnecting", reason: "closed" });
    await clock.advance(1_001);
    expect(network.sockets).toHaveLength(2);
  });

  it("heartbeat: pings after silence, gives the socket up without an answer", async () => {
    const { client, clock, connect, socket } = bare(
      { backoff: { policy: fixed(1_000) }, heartbeat: heartbeat({ intervalMs: 5_000, timeoutMs: 2_000 }) },
      ping,
    );
    await connect();
    await clock.advance(5_001);
    expect(socket().sent).toEqual(["ping"]);
    socket().receive("pong");
    await clock.advance(5_002);
    expect(socket().sent).toEqual(["ping", "ping"]);
    await clock.advance(2_001);
    expect(client.state.get()).toMatchObject({ name: "reconnecting", reason: "heartbeat" });
  });

  it("hints: a suspended page holds no socket, a restored one dials", async () => {
    const { client, connect, network, page } = bare({ hints: hints() });
    await connect();
    expect(page.listeners()).toBe(1);
    page.hint("suspended");
    expect(client.state.get()).toEqual({ name: "disconnected", reason: "suspended" });
    expect(network.live()).toHaveLength(0);
    page.hint("restored");
    expect(client.state.get().name).toBe("connecting");
  });

  it("breaker: opens after that many attempts that came to nothing", async () => {
    const { client, clock, cut } = bare({
      backoff: { policy: fixed(100) },
      breaker: breaker({ failures: 2, minSilenceMs: 0, probeMs: 30_000 }),
    });
    client.connect();
    await cut();
    expect(client.state.get()).toMatchObject({ reason: "closed" });
    await clock.advance(101);
    await cut();
    expect(client.state.get()).toMatchObject({ reason: "breaker" });
  });

  it("overflow: the oldest message leaves a full outbox", async () => {
    const full = bare({ outbox: { capacity: 1, overflow: evictOldest } });
    const first = full.client.send(1);
    full.client.send(2);
    expect(await first.settled).toEqual({ kind: "evicted" });
    const refusing = bare({ outbox: { capacity: 1 } });
    refusing.client.send(1);
    expect(await refusing.client.send(2).settled).toMatchObject({ kind: "rejected", code: "QUEUE_FULL" });
  });
});
