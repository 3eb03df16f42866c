import { describe, expect, it } from "vitest";
import { createArrivals } from "../../src/server/arrivals.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { createWorld } from "../../src/testing/createWorld.ts";
import { createTestServer } from "./testServer.ts";

describe("sockets that come too fast", () => {
  const arrivalsAt = (perSecond: number) => {
    const clock = { now: 0, nowMs: () => clock.now };
    return { clock, ...createArrivals(perSecond, clock, { roll: () => 0.5, uuid: () => "" }) };
  };

  it("are taken up to two seconds' worth, then told a moment each, one after the other (fault 18)", () => {
    const { arrive } = arrivalsAt(100);
    const answers = Array.from({ length: 300 }, arrive);
    expect(answers.slice(0, 200).every((ms) => ms === 0)).toBe(true);
    expect(answers.slice(200, 204)).toEqual([1010, 1020, 1030, 1040]);
    expect(answers.at(-1)).toBe(2000);
  });

  it("are all in, at the rate, when each comes back at its moment (fault 18)", () => {
    const { clock, arrive } = arrivalsAt(100);
    let waiting = Array.from({ length: 1500 }, () => 0);
    const taken: number[] = [];
    for (let second = 0; second <= 20; second++) {
      const due = waiting.filter((at) => at <= second * 1000).sort((a, b) => a - b);
      waiting = waiting.filter((at) => at > second * 1000);
      const before = clock.now;
      taken.push(0);
      for (const at of due) {
        clock.now = Math.max(before, at);
        const waitMs = arrive();
        if (waitMs > 0) waiting.push(clock.now + waitMs);
        else taken[second] = (taken[second] ?? 0) + 1;
      }
      clock.now = second * 1000;
    }
    expect(waiting).toEqual([]);
    expect(Math.max(...taken)).toBeLessThanOrEqual(200);
  });

  it("never wait longer than a minute, and not all for the same one (fault 74)", () => {
    const { arrive, backlogMs } = arrivalsAt(1);
    const answers = Array.from({ length: 1000 }, arrive);
    expect(Math.max(...answers)).toBeLessThanOrEqual(60_000);
    expect(backlogMs()).toBe(60_000);
  });

  it("P3.13: get hello, OVERLOADED with a time and close 4011; those before them are served (fault 18, S14)", async () => {
    const { connect, clock } = createTestServer({ acceptPerSecond: 10, limits: { pendingPerAddress: 1000 } });
    const peers = Array.from({ length: 102 }, () => connect());
    await clock.settle();
    expect(peers.map(({ state }) => state.closed?.code).slice(99)).toEqual([undefined, 4011, 4011]);
    expect(peers[100]?.received).toMatchObject([
      { t: "hello" },
      { t: "error", code: "OVERLOADED", retriable: true, retryAfterMs: 1100 },
    ]);
    expect(peers[101]?.last("error")?.retryAfterMs).toBe(1200);
  });

  it("come back no sooner than they were told (P2.7, fault 18)", async () => {
    const world = createWorld({
      server: { acceptPerSecond: 1, limits: { pendingPerAddress: 1000, connectionsPerSubject: 1000 } },
    });
    const herd = Array.from({ length: 110 }, () => world.openTab());
    for (const tab of herd) tab.connect();
    await world.advance(900);
    const sentAway = herd.filter((tab) => tab.state.get().name === "reconnecting");
    expect(sentAway).toHaveLength(10);
    const soonest = Math.min(...sentAway.map((tab) => tab.sockets().length));
    await world.advance(1_000);
    expect([soonest, ...sentAway.map((tab) => tab.sockets().length)].every((count) => count === 1)).toBe(
      true,
    );
    expect(
      await world.runUntil(() => herd.every((tab) => tab.state.get().name === "connected"), 60_000),
    ).toBe(true);
    await world.close();
  });
});

describe("one address", () => {
  it("P3.5: may have only so many sockets, logged in or not, and gets its places back (S14)", async () => {
    const { connect, clock } = createTestServer({ limits: { connectionsPerAddress: 2 } });
    const first = connect();
    await first.auth("ann");
    const [second, third, other] = [connect(), connect(), connect({ address: "10.0.0.2" })];
    await clock.settle();
    expect([second, third, other].map(({ state }) => state.closed?.code)).toEqual([
      undefined,
      4012,
      undefined,
    ]);
    expect(third.last("error")).toMatchObject({ code: "ADDRESS_LIMIT", retriable: true });
    expect(third.last("error")?.retryAfterMs).toBeGreaterThanOrEqual(1000);
    await first.drop();
    expect(connect().state.closed).toBeUndefined();
  });

  it("of IPv6 is a /64: a machine has more of them than it can open sockets (S14)", async () => {
    const { connect } = createTestServer({ limits: { connectionsPerAddress: 1 } });
    const peers = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "::ffff:10.0.0.1", "10.0.0.1"].map(
      (address) => connect({ address }),
    );
    expect(peers.map(({ state }) => state.closed?.code)).toEqual([
      undefined,
      4012,
      undefined,
      undefined,
      4012,
    ]);
  });
});

describe("the rate of a subject", () => {
  const limits = { messagesPerSecond: 10, windowMessages: 4, subjectMessagesPerSecond: 20 };

  it("P6.6: is not multiplied by producers and connections (S14, fault 70)", async () => {
    const { join, log, metric, clock } = createTestServer({ limits });
    const peers = [await join([], "ann"), await join([], "ann"), await join([], "ann")];
    for (const [i, peer] of peers.entries()) await peer.pub(1, [1, 2, 3, 4], { p: `p${i}` });
    // Bursts of one window each, of two windows together.
    expect(await log()).toHaveLength(8);
    expect(peers[2]?.last("nack")).toMatchObject({ code: "RATE_LIMITED", retriable: true });
    expect(peers[2]?.last("nack")?.retryAfterMs).toBeGreaterThanOrEqual(50);
    expect(metric("resilient_rate_limited_total")).toBe(1);
    const bob = await join([], "bob");
    await bob.pub(1, [1, 2, 3, 4]);
    expect(bob.last("ack")?.n).toBe(4);
    await clock.advance(200);
    await peers[2]?.pub(1, [1, 2, 3, 4], { p: "p2" });
    expect(peers[2]?.last("ack")?.n).toBe(4);
  });

  it("P6.6: of a producer goes on over a reconnect (S14, fault 70)", async () => {
    const { join } = createTestServer({ limits });
    const first = await join([], "ann");
    await first.pub(1, [1, 2, 3, 4]);
    await first.drop();
    const second = await join([], "ann");
    await second.pub(5, [5], { acked: 4 });
    expect(second.last("nack")).toMatchObject({ n: 5, code: "RATE_LIMITED" });
  });

  it("P10.8: counts bytes too: messages wait, volatile ones go, nothing else is touched (S14, fault 70)", async () => {
    const { join, clock, log } = createTestServer({ limits: { bytesPerSecond: 1000 } });
    const [peer, listener] = [await join([], "ann"), await join(undefined, "bob")];
    await peer.pub(1, ["x".repeat(65_000)]);
    await peer.send({ t: "vol", c: "room", d: "x".repeat(1_000) });
    await peer.pub(2, ["x".repeat(1_000)], { acked: 1 });
    await peer.send({ t: "ping" });
    expect(peer.last("nack")).toMatchObject({ n: 2, code: "RATE_LIMITED", retriable: true });
    expect([peer.last("pong"), peer.state.closed, listener.all("vol")]).toEqual([
      { t: "pong" },
      undefined,
      [],
    ]);
    const { retryAfterMs = 0 } = peer.last("nack") ?? {};
    expect(retryAfterMs).toBeLessThan(2_500);
    await clock.advance(retryAfterMs);
    await peer.pub(2, ["x".repeat(1_000)], { acked: 1 });
    expect(await log()).toHaveLength(2);
  });

  it("P10.8: is told to wait for a second's worth, because what waits comes again in windows (fault 70)", async () => {
    const { join } = createTestServer({ limits: { bytesPerSecond: 10_000 } });
    const peer = await join([], "ann");
    for (const [i, size] of [60_000, 15_000, 5_000].entries())
      await peer.pub(i + 1, ["x".repeat(size)], { acked: i });
    expect(peer.last("nack")).toMatchObject({ n: 3, code: "RATE_LIMITED" });
    expect(peer.last("nack")?.retryAfterMs).toBeGreaterThan(500);
  });

  it("P10.6: logging in again and again is counted as any other frame (S14)", async () => {
    let logins = 0;
    const { join } = createTestServer({ authenticate: () => (logins++, { subject: "ann" }) });
    const peer = await join([]);
    const auth = '{"t":"auth","token":null,"group":"g","term":1}';
    for (let i = 0; i < 5; i++) await peer.raw(`[${Array(1000).fill(auth).join(",")}]`);
    expect(peer.last("error")).toMatchObject({ code: "RATE_LIMITED" });
    expect([peer.state.closed?.code, logins < 10]).toEqual([4011, true]);
  });

  it("P10.8: closes who goes on all the same, also with what costs nothing else (S14)", async () => {
    const { join } = createTestServer({ limits: { bytesPerSecond: 1000 } });
    const peer = await join([], "ann");
    const again = () => peer.pub(1, ["x".repeat(1000)]);
    for (let i = 0; i < 240; i++) await again();
    expect(peer.state.closed).toBeUndefined();
    for (let i = 0; i < 20; i++) await again();
    expect(peer.last("error")).toMatchObject({ code: "RATE_LIMITED", retriable: true });
    expect(peer.last("error")?.retryAfterMs).toBeGreaterThan(0);
    expect(peer.state.closed?.code).toBe(4011);
  });

  it("P10.6: frames without a number are counted for all its connections, logins included (S14)", async () => {
    const { join } = createTestServer({ limits: { connectionsPerSubject: 1000 } });
    const flood = async (frame: string) => {
      const peer = await join([], "ann");
      await peer.raw(`[${Array(4000).fill(frame).join(",")}]`.slice(0, 65_000).replace(/,[^,]*$/, "]"));
      return peer.state.closed?.code;
    };
    const codes: (number | undefined)[] = [];
    for (let i = 0; i < 14; i++) codes.push(await flood('{"t":"ping"}'));
    expect([codes[0], codes.at(-1)]).toEqual([undefined, 4011]);
  });
});

it("P5.9: what all connections together hold for a store that stalls is bounded (I4, fault 61)", async () => {
  const append = () => new Promise<never>(() => {});
  const limits = { maxPendingBytes: 100_000 };
  const t = createTestServer({ limits, store: { ...memoryStore(), append } });
  const peers = [await t.join([]), await t.join([]), await t.join([])];
  for (const [i, peer] of peers.entries()) await peer.pub(1, ["x".repeat(40_000)], { p: `p${i}` });
  expect(peers.map(({ state }) => state.closed?.code)).toEqual([undefined, undefined, 4011]);
  expect(peers[2]?.last("error")).toMatchObject({ code: "OVERLOADED", retriable: true });
  expect(peers[2]?.last("error")?.retryAfterMs).toBeGreaterThanOrEqual(1000);
});
