import { describe, expect, it, vi } from "vitest";
import type { Cursor } from "../../src/protocol/frames.ts";
import type { ResilientServerOptions } from "../../src/server/options.ts";
import type { LogSlice } from "../../src/server/store/LogStore.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";

import { createTestServer, type TestPeer } from "./testServer.ts";

/** A log whose reads take as long as a test says; `head` answers at once. */
function slowServer(options: Partial<ResilientServerOptions> = {}) {
  const inner = memoryStore();
  const state = { readMs: 0, aborted: 0, reads: [] as number[], fails: false };

  const t = createTestServer({
    store: {
      ...inner,
      read: async (channel, from, limit, signal) => {
        state.reads.push(from);
        signal?.addEventListener("abort", () => state.aborted++);
        if (state.fails) throw new Error("the store is down");
        const slice = await inner.read(channel, from, limit);
        if (state.readMs === 0) return slice;
        return new Promise<LogSlice>((resolve) => void t.clock.after(state.readMs, () => resolve(slice)));
      },
    },
    ...options,
  });

  /** Begins to resume and lets no time pass. */
  const begin = async (
    channels: readonly ({ readonly c: string } & Cursor)[],
    token: string | null = null,
  ) => {
    const peer = t.connect();
    await peer.auth(token);
    await peer.resume(channels);
    return peer;
  };
  const resume = async (...channels: readonly ({ readonly c: string } & Cursor)[]) => {
    const peer = await begin(channels);
    await t.clock.advance(2000);
    return peer;
  };
  const verdict = (peer: TestPeer) => peer.last("welcome")?.channels[0];
  return { ...t, inner, state, begin, resume, verdict };
}

const beginning = async (t: ReturnType<typeof slowServer>, c = "room") => ({
  c,
  epoch: (await t.inner.head(c)).epoch,
  seq: 0,
  tail: "",
});

/** Five slow reads: the breaker is open. */
async function openBreaker(t: ReturnType<typeof slowServer>) {
  t.state.readMs = 60_000;
  const at = await beginning(t, "sick");
  const peers = Array.from({ length: 5 }, () => t.connect());
  // Each a cursor of its own: equal ones would be one read.
  for (const [i, peer] of peers.entries()) {
    await peer.auth();
    await peer.resume([{ ...at, seq: i }]);
  }
  await t.clock.advance(500);
  t.state.reads.length = 0;
}

describe("a log that is slow", () => {
  it("P4.8: a read that takes longer than 500 ms is cancelled (fault 61)", async () => {
    const t = slowServer();
    t.state.readMs = 501;
    const peer = await t.begin([await beginning(t)]);
    await t.clock.advance(499);
    expect([t.state.aborted, peer.last("welcome")]).toEqual([0, undefined]);
    await t.clock.advance(1);
    expect(t.state.aborted).toBe(1);
    expect(t.verdict(peer)).toMatchObject({ status: "lost", reason: "log_slow" });
  });

  it("P4.8: five of ten open the breaker: resumes cause no read, and are told when to come again (fault 61)", async () => {
    const t = slowServer();
    await t.server.publish("room", "a");
    await openBreaker(t);
    expect(t.metric("resilient_delta_breaker_state")).toBe(2);
    const peers = [];
    for (let i = 0; i < 50; i++) peers.push(await t.begin([await beginning(t)]));
    expect(t.state.reads).toEqual([]);
    const waits = peers.map((peer) => {
      expect(t.verdict(peer)).toMatchObject({ status: "lost", reason: "log_slow" });
      return t.verdict(peer)?.retryAfterMs ?? 0;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(4000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(7000);
    expect(new Set(waits).size).toBeGreaterThan(40);
    expect(t.metric('resilient_delta_reads_total{outcome="refused"}')).toBe(50);
  });

  it("P4.8: then one read tries; a good one brings everybody back, and nothing was lost (fault 61)", async () => {
    const t = slowServer();
    await t.server.publish("room", "a");
    await openBreaker(t);
    await t.clock.advance(6000);
    t.state.readMs = 100;
    const at = await beginning(t);
    const probe = await t.begin([at]);
    const other = await t.begin([{ ...at, c: "other" }]);
    await t.clock.advance(100);
    expect(probe.seen()).toEqual(["a"]);
    expect(t.verdict(other)).toMatchObject({ status: "lost", reason: "log_slow" });
    expect(t.metric("resilient_delta_breaker_state")).toBe(0);
    await other.send({ t: "sub", ...at });
    await t.clock.advance(100);
    expect(other.seen()).toEqual(["a"]);
  });

  it("P4.8: a bad one keeps it open for five seconds more", async () => {
    const t = slowServer();
    await openBreaker(t);
    await t.clock.advance(6000);
    await t.resume(await beginning(t));
    expect(t.state.reads).toHaveLength(1);
    await t.resume(await beginning(t));
    expect(t.state.reads).toHaveLength(1);
    expect(t.metric("resilient_delta_breaker_opened_total")).toBe(2);
  });

  it("P4.8: reads that fail open it as slow ones do (fault 61)", async () => {
    const t = slowServer();
    t.state.fails = true;
    for (let i = 0; i < 5; i++)
      expect(t.verdict(await t.resume(await beginning(t)))?.reason).toBe("store_unavailable");
    expect(t.verdict(await t.resume(await beginning(t)))?.reason).toBe("log_slow");
    expect(t.state.reads).toHaveLength(5);
  });

  it("P4.8: a log that turns slow in the middle of a delta is told, and the rest comes later", async () => {
    const t = slowServer();
    for (let i = 0; i < 600; i++) await t.server.publish("room", i);
    const peer = t.connect();
    await peer.auth();
    peer.state.buffered = 2 * 1024 * 1024;
    await peer.resume([await beginning(t)]);
    expect(t.verdict(peer)?.status).toBe("delta");
    t.state.readMs = 60_000;
    peer.state.buffered = 0;
    await t.clock.advance(1100);
    expect(peer.last("subscribed")).toMatchObject({ c: "room", status: "lost", reason: "log_slow" });
    t.state.readMs = 0;
    const last = peer.all("delta").at(-1)?.ev.at(-1);
    await peer.send({ t: "sub", ...(await beginning(t)), seq: last!.seq, tail: last!.tail });
    expect(peer.seen()).toEqual(Array.from({ length: 600 }, (_, i) => i));
  });

  it("a head that never comes does not end the looking for lost events of other channels (P7.4)", async () => {
    const inner = memoryStore();
    const hear: { live: boolean } = { live: true };
    const t = createTestServer({
      store: { ...inner, head: (c) => (c === "dead" && !hear.live ? new Promise(() => {}) : inner.head(c)) },
      fanOut: { publish: () => {}, subscribe: () => () => {} },
    });
    const peer = await t.join(["dead", "room"].map((c) => ({ c, since: "now" as const })));
    hear.live = false;
    await t.clock.advance(3000);
    await t.server.publish("room", "found");
    await t.clock.advance(10_000);
    expect(peer.seen()).toEqual(["found"]);
  });
});

describe("while the log is slow, the state from its own source", () => {
  const withState = (cursorOf: () => Cursor | Promise<Cursor>) =>
    slowServer({ snapshot: async () => ({ state: "state", cursor: await cursorOf() }) });

  it("P4.8: does where this node heard what came after it: no read at all", async () => {
    let cursor: Cursor = { epoch: "", seq: 0, tail: "" };
    const t = withState(() => cursor);
    await t.join([{ c: "room", since: "now" }]);
    cursor = await t.server.publish("room", "in the state");
    await t.server.publish("room", "after it");
    await openBreaker(t);
    const peer = await t.begin([await beginning(t)]);
    expect(t.verdict(peer)).toMatchObject({ status: "snapshot", reason: "log_slow", head: 2 });
    expect(peer.all("snapshot")).toMatchObject([{ ...cursor, d: '"state"' }]);
    expect(peer.seen()).toEqual(["after it"]);
    expect(peer.last("live")?.seq).toBe(2);
    expect(t.state.reads).toEqual([]);
  });

  it("P4.8: does where nothing came after it", async () => {
    let cursor: Cursor = { epoch: "", seq: 0, tail: "" };
    const t = withState(() => cursor);
    cursor = await t.server.publish("room", "in the state");
    await openBreaker(t);
    const peer = await t.begin([await beginning(t)]);
    expect(peer.all("snapshot")).toMatchObject([cursor]);
    await t.server.publish("room", "next");
    await t.clock.settle();
    expect(peer.seen()).toEqual(["next"]);
    const reader = await t.begin([]);
    await reader.send({ t: "read", rid: 1, c: "room", snapshot: true });
    // The state is of before `next`, and only the log could tell.
    expect(reader.last("error")).toMatchObject({ code: "LOST", retriable: true, ref: "1" });
    expect(t.state.reads).toEqual([]);
  });

  it("P4.5, P4.8: does not where it stands at a place of another fork, or what came after it is only in the log", async () => {
    let cursor: Cursor = { epoch: "", seq: 0, tail: "" };
    const t = withState(() => cursor);
    await t.join([{ c: "room", since: "now" }]);
    const first = await t.server.publish("room", 1);
    await t.server.publish("room", 2);
    await openBreaker(t);
    cursor = { ...first, tail: "of another fork" };
    expect(t.verdict(await t.begin([await beginning(t)]))).toMatchObject({ status: "lost" });
    await t.server.publish("quiet", 1);
    cursor = { epoch: first.epoch, seq: 0, tail: "" };
    const peer = await t.begin([await beginning(t, "quiet")]);
    expect(t.verdict(peer)).toMatchObject({ status: "lost", reason: "log_slow" });
    expect(t.verdict(peer)?.retryAfterMs).toBeGreaterThan(0);
    expect(t.state.reads).toEqual([]);
  });
});

describe("many who come back", () => {
  it("to one place read the log once, and miss nothing that was appended meanwhile (fault 18)", async () => {
    const t = slowServer();
    await t.server.publish("room", "a");
    t.state.readMs = 100;
    const at = await beginning(t);
    const peers = Array.from({ length: 1000 }, (_, i) => t.connect({ address: `10.0.0.${i % 250}` }));
    const [first, ...others] = peers;
    await first!.auth("s0");
    await first!.resume([at]);
    await t.server.publish("room", "b");
    others.forEach(({ events }, i) => {
      events.received(JSON.stringify({ t: "auth", token: `s${i + 1}`, group: `g${i}`, term: 1 }));
      events.received(JSON.stringify({ t: "resume", channels: [at], producers: [] }));
    });
    await t.clock.advance(100);
    expect(t.state.reads).toEqual([0]);
    for (const peer of peers) expect(peer.seen()).toEqual(["a", "b"]);
    expect(t.metric('resilient_delta_reads_total{outcome="shared"}')).toBe(999);
  });

  it("to different places, or after the first has its answer, read it each", async () => {
    const t = slowServer();
    const place = await t.server.publish("room", "a");
    t.state.readMs = 100;
    const at = await beginning(t);
    for (const cursor of [at, { c: "room", ...place }, at]) await t.begin([cursor]);
    await t.clock.advance(100);
    await t.begin([at]);
    expect(t.state.reads).toEqual([0, 1, 0]);
  });
});

describe("the app's source of states", () => {
  function stateServer(concurrentSnapshots?: number) {
    const state = { running: 0, most: 0, calls: 0, takesMs: 100 };
    const t = slowServer({
      limits: { ...(concurrentSnapshots && { concurrentSnapshots }), maxChannels: 10_000 },
      snapshot: async (channel) => {
        state.calls++;
        state.most = Math.max(state.most, ++state.running);
        await new Promise<void>((resolve) => void t.clock.after(state.takesMs, resolve));
        state.running--;
        const { epoch, seq, tail } = await t.inner.head(channel);
        return { state: channel, cursor: { epoch, seq, tail } };
      },
    });
    const ask = (n: number) =>
      t.begin(Array.from({ length: n }, (_, i) => ({ c: `c${i}`, since: "snapshot" })) as never);
    return { ...t, source: state, ask };
  }

  it("is asked for four states at a time; all get theirs (fault 18, S14)", async () => {
    const t = stateServer();
    const peer = await t.ask(20);
    await t.clock.advance(500);
    expect(t.source).toMatchObject({ most: 4, calls: 20 });
    expect(peer.all("snapshot").map(({ d }) => d)).toHaveLength(20);
  });

  it("for as many as an option says", async () => {
    const t = stateServer(2);
    await t.ask(6);
    await t.clock.advance(500);
    expect(t.source.most).toBe(2);
  });

  it("who waits longer than 4 s, or comes when 1 000 wait, is told to come again; nothing is lost (S14)", async () => {
    const t = stateServer(1);
    t.source.takesMs = 60_000;
    const peer = await t.ask(1002);
    await t.clock.settle();
    expect(t.metric("resilient_snapshots_waiting")).toBe(1000);
    await t.clock.advance(4000);
    expect(t.metric("resilient_snapshots_waiting")).toBe(0);
    await t.clock.advance(1000);
    const busy = peer.last("welcome")?.channels.filter(({ reason }) => reason === "snapshot_busy");
    expect(busy).toHaveLength(1001);
    for (const { status, retryAfterMs = 0 } of busy ?? []) {
      expect(status).toBe("lost");
      expect(retryAfterMs).toBeGreaterThanOrEqual(1000);
    }
    expect(t.source.calls).toBe(1);
  });

  it("that fails gives its turn to the next", async () => {
    let calls = 0;
    const snapshot = vi.fn(async () => {
      calls++;
      throw new Error("no state");
    });
    const t = slowServer({ snapshot, limits: { concurrentSnapshots: 1 } });
    await t.begin(Array.from({ length: 10 }, (_, i) => ({ c: `c${i}`, since: "snapshot" })) as never);
    expect(calls).toBe(10);
  });
});
