import { describe, expect, it } from "vitest";
import type { Cursor } from "../../src/protocol/frames.ts";
import type { FanOut, LogEvent } from "../../src/server/store/LogStore.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { createTestServer, type TestPeer } from "./testServer.ts";

const cursorOf = (peer: TestPeer, c = "room"): Cursor & { readonly c: string } => {
  const lives = peer.all("live").filter((frame) => frame.c === c);
  const { epoch, seq, tail } = lives.at(-1) ?? { epoch: "", seq: 0, tail: "" };
  const event = peer.received.flatMap((f) => (f.t === "data" && f.c === c ? f.ev : [])).at(-1);
  return event && event.seq > seq ? { c, epoch, seq: event.seq, tail: event.tail } : { c, epoch, seq, tail };
};

/** A fan-out that a test can make lose, repeat and reorder. */
function leakyFanOut() {
  let hear: (events: readonly LogEvent[]) => void = () => {};
  const state = { lose: false, heard: [] as LogEvent[] };
  const fanOut: FanOut = {
    publish: (events) => {
      state.heard.push(...events);
      if (!state.lose) hear(events);
    },
    subscribe: (listener) => {
      hear = listener;
      return () => {};
    },
  };
  return { fanOut, state, say: (...events: LogEvent[]) => hear(events) };
}

describe("where a subscription starts", () => {
  it("P4.1: now: live at the head, nothing of the past", async () => {
    const { join, server, clock } = createTestServer();
    await server.publish("room", "past");
    const peer = await join();
    expect(peer.last("welcome")?.channels).toMatchObject([{ c: "room", head: 1, status: "live" }]);
    expect(peer.last("live")).toMatchObject({ c: "room", seq: 1 });
    await server.publish("room", "next");
    await clock.settle();
    expect(peer.seen()).toEqual(["next"]);
  });

  it("P4.1: last n: the newest n events, then live", async () => {
    const { join, server } = createTestServer();
    for (const d of ["a", "b", "c"]) await server.publish("room", d);
    const peer = await join([{ c: "room", since: { last: 2 } }]);
    expect(peer.seen()).toEqual(["b", "c"]);
    expect(peer.last("delta")).toMatchObject({ from: 1, to: 3, more: false });
    expect(peer.last("live")?.seq).toBe(3);
  });

  it("P4.1: snapshot: the state, then what came after it, then live", async () => {
    let cursor: Cursor = { epoch: "", seq: 0, tail: "" };
    const { join, server } = createTestServer({ snapshot: async () => ({ state: { sum: 1 }, cursor }) });
    cursor = await server.publish("room", "a");
    await server.publish("room", "b");
    const peer = await join([{ c: "room", since: "snapshot" }]);
    expect(peer.received.map(({ t }) => t).slice(2)).toEqual([
      "welcome",
      "positions",
      "snapshot",
      "delta",
      "live",
    ]);
    expect(peer.last("snapshot")).toMatchObject({ ...cursor, part: 0, parts: 1, d: '{"sum":1}' });
    expect(peer.seen()).toEqual(["b"]);
  });

  it("P4.1: snapshot without a source is lost: no_snapshot, and continues at the head", async () => {
    const { join, server } = createTestServer();
    await server.publish("room", "a");
    const peer = await join([{ c: "room", since: "snapshot" }]);
    expect(peer.last("welcome")?.channels).toMatchObject([
      { status: "lost", reason: "no_snapshot", head: 1 },
    ]);
    expect(peer.last("live")?.seq).toBe(1);
  });

  it("a channel asked for again while it is read starts once", async () => {
    const { join } = createTestServer();
    const peer = await join([]);
    await peer.send({ t: "sub", c: "room", since: "now" }, { t: "sub", c: "room", since: { last: 1 } });
    expect(peer.all("subscribed")).toHaveLength(1);
    expect(peer.all("live")).toHaveLength(1);
  });
});

describe("resume", () => {
  it("P4.3: brings exactly the missed events, then live (fault 51)", async () => {
    const { join, server, clock } = createTestServer();
    const first = await join();
    await server.publish("room", "a");
    await clock.settle();
    const cursor = cursorOf(first);
    await first.drop();
    for (const d of ["b", "c"]) await server.publish("room", d);
    const next = await join([cursor]);
    expect(next.last("welcome")?.channels).toMatchObject([{ status: "delta", head: 3 }]);
    expect(next.seen()).toEqual(["b", "c"]);
    await server.publish("room", "d");
    await clock.settle();
    expect(next.seen()).toEqual(["b", "c", "d"]);
  });

  it("P4.3: a session that never received an event still resumes from its welcome", async () => {
    const { join, server } = createTestServer();
    const first = await join();
    const cursor = cursorOf(first);
    await server.publish("room", "a");
    expect((await join([cursor])).seen()).toEqual(["a"]);
  });

  it("P4.2: what is appended while the log is read is neither lost nor doubled", async () => {
    const inner = memoryStore();
    let release: (() => void) | undefined;
    const { join, server, clock } = createTestServer({
      store: {
        ...inner,
        read: async (...args) => {
          const slice = await inner.read(...args);
          await new Promise<void>((resolve) => (release = resolve));
          return slice;
        },
      },
    });
    await server.publish("room", "a");
    const peer = await join([{ c: "room", epoch: (await inner.head("room")).epoch, seq: 0, tail: "" }]);
    for (const d of ["b", "c"]) await server.publish("room", d);
    release?.();
    await clock.settle();
    for (let i = 0; i < 5; i++) {
      release?.();
      await clock.settle();
    }
    expect(peer.seen()).toEqual(["a", "b", "c"]);
    await server.publish("room", "d");
    await clock.settle();
    expect(peer.seen()).toEqual(["a", "b", "c", "d"]);
    expect(peer.all("live")).toHaveLength(1);
  });

  it("P4.4: a long delta travels in messages of at most 32 KiB, and the last says that it is the last", async () => {
    const { join, server, store } = createTestServer();
    const { epoch } = await store.head("room");
    for (let i = 0; i < 20; i++) await server.publish("room", "x".repeat(5000));
    const peer = await join([{ c: "room", epoch, seq: 0, tail: "" }]);
    expect(Math.max(...peer.messages.map((text) => text.length))).toBeLessThanOrEqual(32 * 1024 + 100);
    expect(peer.all("delta").map(({ more }) => more)).toEqual([true, true, true, false]);
    expect(peer.seen()).toHaveLength(20);
  });

  it("P4.12: † and of what a client on a slow link asks for, 1 KiB at least; a snapshot too", async () => {
    const { connect, server, store } = createTestServer({
      snapshot: async () => ({ state: "s".repeat(20_000), cursor: { epoch, seq: 0, tail: "" } }),
    });
    const { epoch } = await store.head("room");
    for (let i = 0; i < 100; i++) await server.publish("room", "x".repeat(400));
    const largest = async (maxChunk: number) => {
      const peer = connect();
      await peer.auth(String(maxChunk));
      const channels = [
        { c: "room", epoch, seq: 0, tail: "" },
        { c: "state", since: "snapshot" as const },
      ];
      await peer.send({ t: "resume", channels, producers: [], maxChunk });
      expect(peer.seen()).toHaveLength(100);
      expect(
        peer
          .all("snapshot")
          .map(({ d }) => d)
          .join(""),
      ).toHaveLength(20_002);
      return Math.max(...peer.messages.map((text) => text.length));
    };
    expect(await largest(4_096)).toBeLessThanOrEqual(4_096 + 100);
    expect(await largest(1)).toBeLessThanOrEqual(1_024 + 100);
    expect(await largest(2 ** 40)).toBeGreaterThan(16 * 1024);
  });

  it("P4.4: reads more than a page of the log", async () => {
    const { join, server, store } = createTestServer();
    const { epoch } = await store.head("room");
    for (let i = 0; i < 1300; i++) await server.publish("room", i);
    const peer = await join([{ c: "room", epoch, seq: 0, tail: "" }]);
    expect(peer.seen()).toEqual(Array.from({ length: 1300 }, (_, i) => i));
  });

  it("P4.3: a gap above the limit is a snapshot, without a source lost (fault 54)", async () => {
    let cursor: Cursor | undefined;
    const { join, server, store } = createTestServer({
      limits: { maxGap: 2 },
      snapshot: async (c) => {
        if (c !== "room" || !cursor) throw new Error("none");
        return { state: [1, 2, 3], cursor };
      },
    });
    const { epoch } = await store.head("room");
    for (const c of ["room", "bare"]) for (let i = 0; i < 4; i++) cursor = await server.publish(c, i);
    cursor = await server.publish("room", "newest");
    const peer = await join(["room", "bare"].map((c) => ({ c, epoch, seq: 0, tail: "" })));
    expect(peer.last("welcome")?.channels).toMatchObject([
      { c: "room", status: "snapshot", reason: "gap_too_large", head: 5 },
      { c: "bare", status: "lost", reason: "gap_too_large", head: 4 },
    ]);
    expect(peer.all("snapshot")).toMatchObject([{ c: "room", seq: 5, d: "[1,2,3]" }]);
  });

  it("P4.5: a snapshot from before a rollback is not passed off as the new fork's: lost (fault 50, fault 60)", async () => {
    let cursor: Cursor = { epoch: "", seq: 0, tail: "" };
    const { join, server, store } = createTestServer({
      snapshot: async () => ({ state: "old fork", cursor }),
    });
    const { epoch } = await store.head("room");
    const checkpoint = store.checkpoint();
    cursor = await server.publish("room", "a");
    store.restore(checkpoint);
    await server.publish("room", "A");
    const peer = await join([{ c: "room", epoch, seq: 1, tail: cursor.tail }]);
    expect(peer.last("welcome")?.channels).toMatchObject([{ status: "lost", reason: "forked" }]);
    expect(peer.all("snapshot")).toEqual([]);
  });

  it("P4.4: a large snapshot travels in parts that join to its text", async () => {
    const state = "🦆".repeat(20_000);
    let cursor: Cursor = { epoch: "", seq: 0, tail: "" };
    const { join, server } = createTestServer({ snapshot: async () => ({ state, cursor }) });
    cursor = await server.publish("room", 1);
    const peer = await join([{ c: "room", since: "snapshot" }]);
    const parts = peer.all("snapshot");
    expect(parts.map(({ part }) => part)).toEqual(parts.map((_, i) => i));
    expect(JSON.parse(parts.map(({ d }) => d).join(""))).toBe(state);
  });

  it("P4.6: no right and no such channel get the same answer; nothing is learnt (S9, fault 68)", async () => {
    const { join, server, store } = createTestServer({ authorize: ({ channel }) => channel === "mine" });
    await server.publish("secret", "x");
    const { epoch } = await store.head("secret");
    const peer = await join([
      { c: "secret", epoch, seq: 0, tail: "" },
      { c: "nowhere", epoch, seq: 0, tail: "" },
      { c: "mine", since: "now" },
    ]);
    const [secret, nowhere, mine] = peer.last("welcome")?.channels ?? [];
    expect({ ...secret, c: "" }).toEqual({ ...nowhere, c: "" });
    expect([secret?.status, mine?.status]).toEqual(["denied", "live"]);
    await server.publish("secret", "y");
    expect(peer.seen()).toEqual([]);
  });

  it("P4.6: the store is asked nothing about a channel before the right is known: no time tells more than the answer (S9)", async () => {
    const inner = memoryStore();
    const asked: string[] = [];
    const { join, server } = createTestServer({
      store: {
        ...inner,
        read: (c, ...rest) => {
          asked.push(c);
          return inner.read(c, ...rest);
        },
        head: (c) => {
          asked.push(c);
          return inner.head(c);
        },
      },
      authorize: ({ channel }) => channel === "mine",
    });
    await server.publish("secret", "x");
    const { epoch } = await inner.head("secret");
    const cursor = { epoch, seq: 0, tail: "" };
    const peer = await join([{ c: "mine", ...cursor }]);
    for (const c of ["secret", "nowhere"]) {
      await peer.send({ t: "sub", c, ...cursor }, { t: "sub", c, since: { last: 1 } });
      await peer.send({ t: "sub", c, since: "snapshot" });
      await peer.send({ t: "read", rid: 1, c, cursor }, { t: "read", rid: 2, c, before: 9 });
      await peer.send({ t: "read", rid: 3, c, snapshot: true }, { t: "vol", c, d: 1 });
      expect(peer.last("subscribed")).toEqual({
        t: "subscribed",
        c,
        epoch: "",
        head: 0,
        tail: "",
        status: "denied",
      });
      expect(peer.all("error").splice(-3)).toEqual(
        [1, 2, 3].map((rid) => ({ t: "error", code: "DENIED", ref: String(rid), retriable: false })),
      );
    }
    expect(asked).toContain("mine");
    expect(asked).not.toContain("secret");
    expect(asked).not.toContain("nowhere");
  });

  it("P4.8: a slow log is bypassed after 500 ms: lost with a time to come back; the others are not held up for longer", async () => {
    const inner = memoryStore();
    const { connect, clock } = createTestServer({
      store: {
        ...inner,
        read: (c, ...rest) => (c === "slow" ? new Promise(() => {}) : inner.read(c, ...rest)),
      },
    });
    const { epoch } = await inner.head("room");
    const peer = connect();
    await peer.auth();
    await peer.resume(["slow", "room"].map((c) => ({ c, epoch, seq: 0, tail: "" })));
    await clock.advance(500);
    expect(peer.last("welcome")?.channels).toMatchObject([
      { c: "slow", status: "lost", reason: "log_slow" },
      { c: "room", status: "delta" },
    ]);
    expect(peer.last("welcome")?.channels[0]?.retryAfterMs).toBeGreaterThan(0);
  });

  it("P4.9: a seq that is no count is an error 400 and closes 4000 (fault 52)", async () => {
    for (const seq of [-1, 1.5, 2 ** 53, "7", null]) {
      const { connect } = createTestServer();
      const peer = connect();
      await peer.auth();
      await peer.resume([{ c: "room", epoch: "e", seq: seq as number, tail: "" }]);
      expect(peer.last("error")).toMatchObject({ code: "INVALID_SEQ", status: 400, ref: "room" });
      expect(peer.state.closed?.code).toBe(4000);
    }
  });

  it("P4.10: a channel above the limit is denied, more than the limit at once are refused with 4011 (S14)", async () => {
    const { join } = createTestServer({ limits: { maxChannels: 2 } });
    const peer = await join([
      { c: "a", since: "now" },
      { c: "b", since: "now" },
    ]);
    await peer.send({ t: "sub", c: "c", since: "now" });
    expect(peer.last("subscribed")).toMatchObject({ c: "c", status: "denied", reason: "TOO_MANY_CHANNELS" });
    expect(peer.state.closed).toBeUndefined();
    const greedy = await join(["a", "b", "c"].map((c) => ({ c, since: "now" })));
    expect(greedy.state.closed?.code).toBe(4011);
  });

  it("a snapshot asked for by many at once is taken once", async () => {
    let taken = 0;
    let cursor: Cursor = { epoch: "", seq: 0, tail: "" };
    const { connect, server, clock } = createTestServer({
      snapshot: async () => {
        taken++;
        return { state: 1, cursor };
      },
    });
    cursor = await server.publish("room", 1);
    const peers = [connect(), connect(), connect()];
    for (const peer of peers) await peer.auth();
    for (const peer of peers)
      peer.events.received(
        JSON.stringify({ t: "resume", channels: [{ c: "room", since: "snapshot" }], producers: [] }),
      );
    await clock.settle();
    expect([taken, ...peers.map((peer) => peer.all("snapshot").length)]).toEqual([1, 1, 1, 1]);
  });
});

describe("live events", () => {
  it("P7.1: carry prev and tail without a break, and id and own only to the sender's own subject (I7)", async () => {
    const { join } = createTestServer();
    const ann = await join([{ c: "room", since: "now" }], "ann");
    const annToo = await join([{ c: "room", since: "now" }], "ann");
    const bob = await join([{ c: "room", since: "now" }], "bob");
    await ann.pub(1, ["a", "b"]);
    const [first, second] = bob.last("data")?.ev ?? [];
    expect(second?.prev).toBe(first?.tail);
    expect([first && "id" in first, first && "own" in first]).toEqual([false, false]);
    for (const peer of [ann, annToo]) expect(peer.last("data")?.ev[0]).toMatchObject({ id: "m1", own: "p1" });
  });

  it("P7.2: one commit is one data frame, however many events", async () => {
    const { join } = createTestServer();
    const peer = await join();
    await peer.pub(1, ["a", "b", "c"]);
    expect(peer.all("data").map(({ ev }) => ev.length)).toEqual([3]);
  });

  it("unsub ends them", async () => {
    const { join, server, clock } = createTestServer();
    const peer = await join();
    await peer.send({ t: "unsub", c: "room" });
    await server.publish("room", "x");
    await clock.settle();
    expect(peer.seen()).toEqual([]);
  });

  it("P7.3: a lost fan-out message is found by the next event (fault 49, fault 51)", async () => {
    const { fanOut, state } = leakyFanOut();
    const { join, server, clock } = createTestServer({ fanOut });
    const peer = await join();
    await server.publish("room", "a");
    state.lose = true;
    await server.publish("room", "b");
    state.lose = false;
    await server.publish("room", "c");
    await clock.settle();
    expect(peer.seen()).toEqual(["a", "b", "c"]);
  });

  it("P7.4: a lost fan-out message on a quiet channel is found within 2 s (fault 49)", async () => {
    const { fanOut, state } = leakyFanOut();
    const { join, server, clock } = createTestServer({ fanOut });
    const peer = await join();
    state.lose = true;
    await server.publish("room", "a");
    await clock.advance(1999);
    expect(peer.seen()).toEqual([]);
    await clock.advance(1);
    expect(peer.seen()).toEqual(["a"]);
  });

  it("P7.3: repeated and reordered fan-out messages change nothing (fault 49)", async () => {
    const { fanOut, state, say } = leakyFanOut();
    const { join, server, clock } = createTestServer({ fanOut });
    const peer = await join();
    state.lose = true;
    for (const d of ["a", "b", "c"]) await server.publish("room", d);
    const [a, b, c] = state.heard as [LogEvent, LogEvent, LogEvent];
    say(b, a);
    await clock.settle();
    say(a, b, c, c, a);
    await clock.settle();
    expect(peer.seen()).toEqual(["a", "b", "c"]);
  });

  it("P7.5: a rollback under an open socket is told within 2 s, without a snapshot as lost (fault 50, I8)", async () => {
    const { join, server, clock, store } = createTestServer();
    const peer = await join();
    await server.publish("room", "a");
    const checkpoint = store.checkpoint();
    await server.publish("room", "b");
    await clock.settle();
    store.restore(checkpoint);
    await server.publish("room", "B");
    await clock.advance(2000);
    expect(peer.last("subscribed")).toMatchObject({ c: "room", status: "lost", reason: "forked", head: 2 });
    await server.publish("room", "C");
    await clock.settle();
    expect(peer.seen()).toEqual(["a", "b", "C"]);
  });

  it("P7.5: a rollback shows at the first event of the new fork, before any re-read (fault 50)", async () => {
    const { join, server, clock, store } = createTestServer();
    const peer = await join();
    await server.publish("room", "a");
    const checkpoint = store.checkpoint();
    await server.publish("room", "b");
    await clock.settle();
    store.restore(checkpoint);
    await server.publish("room", "B");
    await clock.settle();
    expect(peer.last("subscribed")).toMatchObject({ status: "lost", reason: "forked" });
    expect(peer.seen()).toEqual(["a", "b"]);
  });

  it("P1.3: an event of another fork is not passed on because its number fits (fault 50)", async () => {
    const { fanOut, state } = leakyFanOut();
    const { join, server, clock, store } = createTestServer({ fanOut });
    const peer = await join();
    await server.publish("room", "a");
    const checkpoint = store.checkpoint();
    await server.publish("room", "b");
    await clock.settle();
    store.restore(checkpoint);
    state.lose = true;
    await server.publish("room", "B");
    state.lose = false;
    await server.publish("room", "C");
    await clock.settle();
    expect(peer.seen()).toEqual(["a", "b"]);
    expect(peer.last("subscribed")).toMatchObject({ status: "lost", reason: "forked", head: 3 });
  });

  it("P7.5: a rollback of a quiet channel is told too, with the snapshot if there is one", async () => {
    let cursor: Cursor = { epoch: "", seq: 0, tail: "" };
    const { join, server, clock, store } = createTestServer({
      snapshot: async () => ({ state: "s", cursor }),
    });
    const peer = await join();
    cursor = await server.publish("room", "a");
    const checkpoint = store.checkpoint();
    await server.publish("room", "b");
    await clock.settle();
    store.restore(checkpoint);
    await clock.advance(2000);
    expect(peer.last("subscribed")).toMatchObject({ status: "snapshot", reason: "ahead_of_server" });
    expect(peer.last("snapshot")?.seq).toBe(1);
    expect(peer.last("live")?.seq).toBe(1);
  });

  it("P7.6: volatile messages reach the live others and are dropped for a congested one", async () => {
    const { join } = createTestServer();
    const [ann, bob, slow] = [await join(), await join(), await join()];
    slow.state.buffered = 2 * 1024 * 1024;
    await ann.send({ t: "vol", c: "room", d: { typing: true } });
    expect([ann, bob, slow].map((peer) => peer.all("vol").length)).toEqual([0, 1, 0]);
    expect(bob.last("vol")).toEqual({ t: "vol", c: "room", d: { typing: true } });
  });

  it("re-reads nothing when nobody listens", async () => {
    const { join, clock } = createTestServer();
    const peer = await join();
    await peer.drop();
    expect(clock.timers()).toBe(0);
  });
});

describe("read", () => {
  it("P8.1: catches up from a cursor and echoes it; subscriptions are not disturbed", async () => {
    const { join, server, store } = createTestServer();
    const { epoch } = await store.head("room");
    for (const d of ["a", "b"]) await server.publish("room", d);
    const peer = await join([]);
    await peer.send({ t: "read", rid: 7, c: "room", cursor: { epoch, seq: 0, tail: "" } });
    expect(peer.all("delta")).toMatchObject([{ rid: 7, asked: 0, from: 0, to: 2, more: false }]);
    expect(peer.all("live")).toEqual([]);
  });

  it("P8.2: pages back through history", async () => {
    const { join, server } = createTestServer();
    for (let i = 1; i <= 10; i++) await server.publish("room", i);
    const peer = await join([]);
    await peer.send({ t: "read", rid: 1, c: "room", before: 9, limit: 3 });
    await peer.send({ t: "read", rid: 2, c: "room", before: 1 });
    expect(peer.all("delta").map(({ rid, ev }) => [rid, ev.map(({ d }) => d)])).toEqual([
      [1, [6, 7, 8]],
      [2, []],
    ]);
  });

  it("P8.1: brings no more than was asked for, at most 1,000; then no gap is too large", async () => {
    const { join, server, store } = createTestServer({ limits: { maxGap: 10 } });
    const { epoch } = await store.head("room");
    for (let i = 1; i <= 1_500; i++) await server.publish("room", i);
    const peer = await join([]);
    const cursor = { epoch, seq: 0, tail: "" };
    for (const [rid, limit] of [3, 700, 5_000].entries())
      await peer.send({ t: "read", rid, c: "room", cursor, limit });
    await peer.send({ t: "read", rid: 3, c: "room", cursor });
    const counts = [0, 0, 0, 0];
    for (const { rid = 0, ev } of peer.all("delta")) counts[rid] = (counts[rid] ?? 0) + ev.length;
    expect(counts).toEqual([3, 700, 1_000, 0]);
    expect(peer.all("delta").filter(({ more }) => !more)).toMatchObject([
      { rid: 0, to: 3 },
      { rid: 1, to: 700 },
      { rid: 2, to: 1_000 },
    ]);
    expect(peer.all("error")).toMatchObject([{ code: "LOST", ref: "3", reason: "gap_too_large" }]);
  });

  it("P8.2: beyond the head means the newest", async () => {
    const { join, server } = createTestServer();
    for (let i = 1; i <= 10; i++) await server.publish("room", i);
    const peer = await join([]);
    for (const [rid, before] of [11, 12, Number.MAX_SAFE_INTEGER].entries())
      await peer.send({ t: "read", rid, c: "room", before, limit: 2 });
    await peer.send({ t: "read", rid: 3, c: "empty", before: 5 });
    expect(peer.all("delta").map(({ ev, more }) => [ev.map(({ d }) => d), more])).toEqual([
      [[9, 10], false],
      [[9, 10], false],
      [[9, 10], false],
      [[], false],
    ]);
  });

  it("P8.3: says why: the reason of P4.3 with a loss, and with a state that comes instead", async () => {
    const { join, server, store } = createTestServer({
      snapshot: async (c) => {
        if (c === "none") throw new Error("no state");
        const { epoch, seq, tail } = await store.head(c);
        return { state: 1, cursor: { epoch, seq, tail } };
      },
    });
    for (const c of ["room", "none"]) await server.publish(c, 1);
    const peer = await join([]);
    for (const [rid, c] of ["room", "none"].entries())
      await peer.send({ t: "read", rid, c, cursor: { epoch: "e", seq: 1, tail: "t" }, limit: 5 });
    expect(peer.all("snapshot")).toMatchObject([{ rid: 0, reason: "epoch_changed" }]);
    expect(peer.all("error")).toMatchObject([{ code: "LOST", ref: "1", reason: "epoch_changed" }]);
  });

  it("P8.3: needs the right to read (S8)", async () => {
    const { join } = createTestServer({ authorize: () => false });
    const peer = await join([]);
    await peer.send({ t: "read", rid: 1, c: "room", before: 9 });
    await peer.send({ t: "read", rid: 2, c: "room", cursor: { epoch: "e", seq: 0, tail: "" } });
    expect(peer.all("error")).toMatchObject([
      { code: "DENIED", ref: "1" },
      { code: "DENIED", ref: "2" },
    ]);
  });
});

describe("a slow reader", () => {
  it("P10.5: is closed 4011 when its buffer passes the limit; others go on (fault 69, S15)", async () => {
    const { join, server, clock } = createTestServer();
    const [slow, fast] = [await join(), await join()];
    slow.state.buffered = 5 * 1024 * 1024;
    await server.publish("room", "x");
    await clock.settle();
    expect(slow.state.closed?.code).toBe(4011);
    await server.publish("room", "y");
    await clock.settle();
    expect(fast.seen()).toEqual(["x", "y"]);
  });

  it("P10.5: is closed 4011 when it is stalled for 10 s (S15)", async () => {
    const { join, server, clock } = createTestServer();
    const slow = await join();
    slow.state.buffered = 2 * 1024 * 1024;
    await server.publish("room", "x");
    await clock.advance(9_999);
    expect(slow.state.closed).toBeUndefined();
    await clock.advance(1);
    expect(slow.state.closed?.code).toBe(4011);
  });

  it("P4.4: a delta waits while the buffer is above the high-water mark", async () => {
    const { connect, server, store, clock } = createTestServer();
    const { epoch } = await store.head("room");
    for (let i = 0; i < 20; i++) await server.publish("room", "x".repeat(5000));
    const peer = connect();
    await peer.auth();
    peer.state.buffered = 2 * 1024 * 1024;
    await peer.resume([{ c: "room", epoch, seq: 0, tail: "" }]);
    expect(peer.seen()).toEqual([]);
    peer.state.buffered = 0;
    await clock.advance(25);
    expect(peer.seen()).toHaveLength(20);
  });
});

describe("advice to come back", () => {
  it("P3.9: the spread is this node's connections over its rate (fault 18)", async () => {
    const { join } = createTestServer({ acceptPerSecond: 2 });
    for (let i = 0; i < 3; i++) await join();
    expect((await join()).last("welcome")?.spreadMs).toBe(2000);
  });
});
