import { describe, expect, it } from "vitest";
import { MAX_BYTES_BEFORE_AUTH } from "../../src/protocol/limits.ts";
import { createTestServer } from "./testServer.ts";

describe("the handshake", () => {
  it("P3.1: says hello at once, with limits and guarantees", async () => {
    const { connect, clock } = createTestServer();
    const peer = connect();
    await clock.settle();
    expect(peer.received).toMatchObject([
      {
        t: "hello",
        v: 1,
        limits: { maxFrameBytes: 65_536, windowMessages: 1024 },
        hbMs: 25_000,
        guarantees: { ack: "applied" },
      },
    ]);
  });

  it("P3.3: only auth is processed before auth succeeds; a pipelined resume waits (S4)", async () => {
    let admit: (value: { subject: string }) => void = () => {};
    const { connect, clock } = createTestServer({
      authenticate: () => new Promise((resolve) => (admit = resolve)),
    });
    const peer = connect();
    await peer.send(
      { t: "auth", token: "t", group: "g", term: 1 },
      { t: "resume", channels: [], producers: [] },
    );
    await peer.pub(1, ["early"]);
    expect(peer.received.map(({ t }) => t)).toEqual(["hello"]);
    admit({ subject: "ann" });
    await clock.settle();
    expect(peer.received.map(({ t }) => t)).toEqual(["hello", "authed", "welcome", "positions", "ack"]);
  });

  it.each([
    ["resume", { t: "resume", channels: [], producers: [] }],
    ["pub", { t: "pub", c: "c", p: "p", n: 1, acked: 0, m: [{ id: "i", d: 1 }] }],
    ["ping", { t: "ping" }],
  ] as const)("P3.3: a %s before auth closes 4500 (S4)", async (_name, frame) => {
    const { connect, log } = createTestServer();
    const peer = connect();
    await peer.send(frame);
    expect(peer.last("error")).toMatchObject({ code: "AUTH_REQUIRED", retriable: false });
    expect(peer.state.closed?.code).toBe(4500);
    expect(await log("c")).toEqual([]);
  });

  it("P3.4: a refused login is an error frame, then 4501 (fault 5)", async () => {
    const { connect } = createTestServer({ authenticate: () => null });
    const peer = connect();
    await peer.auth("wrong");
    expect(peer.received.at(-1)).toMatchObject({ t: "error", code: "UNAUTHORISED", retriable: false });
    expect(peer.state.closed?.code).toBe(4501);
  });

  it("P3.4: a login service that fails is retriable: 4010, and the token is not in the log (fault 66, S20)", async () => {
    const { connect, logged } = createTestServer({
      authenticate: () => {
        throw new Error("down");
      },
    });
    const peer = connect();
    await peer.auth("secret-token");
    expect(peer.state.closed?.code).toBe(4010);
    expect(logged.join()).not.toContain("secret-token");
  });

  it("P3.2: a peer that does not log in is closed 4008 at the deadline (fault 11, S4)", async () => {
    const { connect, clock } = createTestServer();
    const peer = connect();
    await clock.advance(9_999);
    expect(peer.state.closed).toBeUndefined();
    await clock.advance(1);
    expect(peer.state.closed?.code).toBe(4008);
  });

  it("P3.2: a peer that neither logs in nor answers the close is cut", async () => {
    const { connect, clock } = createTestServer();
    const peer = connect();
    await clock.advance(15_000);
    expect(peer.state.terminated).toBe(true);
  });

  it("P3.3: holds at most 16 KiB of a peer it does not know (S4)", async () => {
    const { connect } = createTestServer({ authenticate: () => new Promise(() => {}) });
    const peer = connect();
    await peer.auth();
    await peer.pub(1, ["x".repeat(10_000)]);
    expect(peer.state.closed).toBeUndefined();
    await peer.pub(2, ["x".repeat(10_000)]);
    expect(peer.last("error")?.code).toBe("PRE_AUTH_LIMIT");
    expect(peer.state.closed?.code).toBe(4500);
  });

  it("P3.3: counts every UTF-8 byte of every message before authed, auth included, up to 16 KiB exactly (S4)", async () => {
    const { connect } = createTestServer({ authenticate: () => new Promise(() => {}) });
    const bytesOf = (text: string) => new TextEncoder().encode(text).length;
    const auth = JSON.stringify({ t: "auth", token: "é".repeat(1000), group: "g", term: 1 });
    const fill = (bytes: number) => {
      const vol = (d: string) => JSON.stringify({ t: "vol", c: "room", d });
      const room = bytes - bytesOf(vol(""));
      return vol("é".repeat(Math.floor(room / 2)) + "x".repeat(room % 2));
    };
    const [within, beyond] = [connect(), connect()];
    const rest = MAX_BYTES_BEFORE_AUTH - bytesOf(auth);
    for (const [peer, bytes] of [
      [within, rest],
      [beyond, rest + 1],
    ] as const) {
      await peer.raw(auth);
      await peer.raw(fill(bytes));
    }
    expect(MAX_BYTES_BEFORE_AUTH).toBe(16_384);
    expect(within.state.closed).toBeUndefined();
    expect(beyond.last("error")?.code).toBe("PRE_AUTH_LIMIT");
  });

  it("P3.5: an address may have only so many strangers; a known one frees its place (fault 11, S4)", async () => {
    const { connect, clock } = createTestServer({ limits: { pendingPerAddress: 2 } });
    const [first, , third] = [connect(), connect(), connect()];
    const other = connect({ address: "10.0.0.2" });
    expect([third, other].map(({ state }) => state.closed?.code)).toEqual([4012, undefined]);
    await first.auth();
    expect(connect().state.closed).toBeUndefined();
    await clock.settle();
    expect(third?.received.map(({ t }) => t)).toEqual(["hello", "error"]);
  });

  it("P3.5: a subject may have only so many connections, counted once per connection (S14)", async () => {
    const { connect, clock } = createTestServer({ limits: { connectionsPerSubject: 2 } });
    const peers = [connect(), connect(), connect()];
    for (const peer of peers) await peer.auth("ann");
    expect(peers.map(({ state }) => state.closed?.code)).toEqual([undefined, undefined, 4012]);
    const bob = connect();
    await bob.auth("bob");
    expect(bob.state.closed).toBeUndefined();
    await peers[0]?.drop();
    await clock.settle();
    const next = connect();
    await next.auth("ann");
    expect(next.state.closed).toBeUndefined();
  });

  it("P3.6: a higher term closes the group's older socket with 4014 and takes its place in the count (fault 34, fault 62)", async () => {
    const { connect } = createTestServer({ limits: { connectionsPerSubject: 1 } });
    const [old, next] = [connect(), connect()];
    await old.auth("ann", { group: "g", term: 1 });
    await next.auth("ann", { group: "g", term: 2 });
    expect(old.last("error")).toMatchObject({ code: "SUPERSEDED", ref: "2" });
    expect([old, next].map(({ state }) => state.closed?.code)).toEqual([4014, undefined]);
  });

  it("P3.6: a lower term is refused with 4014 and told the highest known (fault 36)", async () => {
    const { connect } = createTestServer();
    const [high, low] = [connect(), connect()];
    await high.auth("ann", { group: "g", term: 7 });
    await low.auth("ann", { group: "g", term: 6 });
    expect(low.last("error")).toMatchObject({ code: "SUPERSEDED", ref: "7" });
    expect([high, low].map(({ state }) => state.closed?.code)).toEqual([undefined, 4014]);
  });

  it("P3.6: the fence holds after the holder left, per subject and per group", async () => {
    const { connect } = createTestServer();
    const first = connect();
    await first.auth("ann", { group: "g", term: 7 });
    await first.drop();
    const [low, otherGroup, otherSubject] = [connect(), connect(), connect()];
    await low.auth("ann", { group: "g", term: 6 });
    await otherGroup.auth("ann", { group: "h", term: 1 });
    await otherSubject.auth("bob", { group: "g", term: 1 });
    expect([low, otherGroup, otherSubject].map(({ state }) => state.closed?.code)).toEqual([
      4014,
      undefined,
      undefined,
    ]);
  });

  it("P3.6: a term more than a million above the known one is refused", async () => {
    const { connect } = createTestServer();
    const [first, leap] = [connect(), connect()];
    await first.auth("ann", { group: "g", term: 7 });
    await leap.auth("ann", { group: "g", term: 1_000_008 });
    expect(leap.last("error")).toMatchObject({ code: "TERM_JUMP", ref: "7" });
    expect([first, leap].map(({ state }) => state.closed?.code)).toEqual([undefined, 4014]);
  });

  it("the old socket's late close does not end the new session", async () => {
    const { connect } = createTestServer();
    const [old, next] = [connect(), connect()];
    await old.auth("ann", { group: "g", term: 1 });
    await next.auth("ann", { group: "g", term: 2 });
    await old.drop();
    const stale = connect();
    await stale.auth("ann", { group: "g", term: 1 });
    expect(stale.state.closed?.code).toBe(4014);
    await next.pub(1, ["still here"]);
    expect(next.last("ack")?.n).toBe(1);
    const third = connect();
    await third.auth("ann", { group: "g", term: 3 });
    expect(next.state.closed?.code).toBe(4014);
  });
});

describe("expiry of a token", () => {
  const inTwoMinutes = 1_893_456_000_000 + 120_000;

  it("P3.7: a fresh token is asked for before the old one expires; the new one prolongs the session (fault 65, S21)", async () => {
    let expiresAt = inTwoMinutes;
    const { connect, clock } = createTestServer({ authenticate: () => ({ subject: "ann", expiresAt }) });
    const peer = connect();
    await peer.auth();
    expect(peer.last("authed")).toEqual({ t: "authed", subject: "ann", exp: inTwoMinutes });
    for (let i = 0; i < 5; i++) {
      await clock.advance(12_000);
      await peer.send({ t: "pong" });
    }
    expect(peer.last("reauth")).toEqual({ t: "reauth", byMs: 60_000 });
    expiresAt += 600_000;
    await peer.auth("fresh", { group: "g", term: 1 });
    expect(peer.all("authed")).toHaveLength(2);
    for (let i = 0; i < 10; i++) {
      await clock.advance(12_000);
      await peer.send({ t: "pong" });
    }
    expect(peer.state.closed).toBeUndefined();
  });

  it("P3.7: without a fresh token the connection is closed 4004 at expiry", async () => {
    const { connect, clock } = createTestServer({
      authenticate: () => ({ subject: "ann", expiresAt: inTwoMinutes }),
      heartbeat: { intervalMs: 100_000, timeoutMs: 100_000 },
    });
    const peer = connect();
    await peer.auth();
    await clock.advance(119_999);
    expect(peer.state.closed).toBeUndefined();
    await clock.advance(1);
    expect(peer.state.closed?.code).toBe(4004);
  });

  it("P3.7: a fresh token of another subject ends the connection (I7, fault 67)", async () => {
    const { connect } = createTestServer();
    const peer = connect();
    await peer.auth("ann");
    await peer.auth("bob");
    expect(peer.state.closed?.code).toBe(4501);
  });

  it("P3.7: rights that went with the old token end the subscription (fault 68)", async () => {
    let mayRead = true;
    const { connect, server, clock } = createTestServer({
      authorize: ({ action }) => action === "write" || mayRead,
    });
    const peer = connect();
    await peer.auth("ann", { group: "g" });
    await peer.resume([{ c: "room", since: "now" }]);
    mayRead = false;
    await peer.auth("ann", { group: "g" });
    await server.publish("room", "secret");
    await clock.settle();
    expect(peer.last("subscribed")).toMatchObject({ c: "room", status: "denied" });
    expect(peer.seen()).toEqual([]);
  });
});

describe("the heartbeat", () => {
  const steady = { heartbeat: { intervalMs: 1000, timeoutMs: 500 } };

  it("P9.1: the server pings every interval", async () => {
    const { connect, clock } = createTestServer(steady);
    const peer = connect();
    await peer.auth();
    for (let i = 0; i < 3; i++) {
      await clock.advance(1000);
      await peer.send({ t: "pong" });
    }
    expect(peer.all("ping")).toHaveLength(3);
  });

  it("P9.2: silence of interval and timeout is closed 4007, judged by elapsed time (fault 1, fault 21)", async () => {
    const { connect, clock } = createTestServer(steady);
    const peer = connect();
    await peer.auth();
    await clock.advance(700);
    await peer.send({ t: "pong" });
    await clock.advance(1499);
    expect(peer.state.closed).toBeUndefined();
    await clock.advance(1);
    expect(peer.state.closed?.code).toBe(4007);
  });

  it("P9.3: a ping of the client is answered", async () => {
    const { join } = createTestServer();
    const peer = await join();
    await peer.send({ t: "ping" });
    expect(peer.received.at(-1)).toEqual({ t: "pong" });
  });

  it("leaves no timer behind when connections end (I4)", async () => {
    const { connect, clock, join } = createTestServer({
      ...steady,
      authenticate: () => ({ subject: "ann", expiresAt: 1_893_456_900_000 }),
    });
    const peers = [connect(), await join(), await join([{ c: "a", since: "now" }])];
    await peers[1]?.raw("not json");
    for (const peer of peers) await peer.drop();
    expect(clock.timers()).toBe(0);
  });
});
