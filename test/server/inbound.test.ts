import { describe, expect, it } from "vitest";
import type { InboundMessage, MessageContext } from "../../src/server/inboundMessage.ts";
import type { AppendBatch } from "../../src/server/store/LogStore.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { createTestServer } from "./testServer.ts";

const last = <T>(list: readonly T[]): T | undefined => list.at(-1);

/** A memory store whose appends wait for a word, or fail. */
function heldStore() {
  const inner = memoryStore();
  const calls: (readonly AppendBatch[])[] = [];
  const held: { go: () => void; fail: (error: Error) => void }[] = [];
  return {
    inner,
    calls,
    held,
    store: {
      ...inner,
      append: (batches: readonly AppendBatch[]) =>
        new Promise<Awaited<ReturnType<typeof inner.append>>>((resolve, reject) => {
          calls.push(batches);
          held.push({ go: () => void inner.append(batches).then(resolve, reject), fail: reject });
        }),
    },
  };
}

describe("acknowledgement", () => {
  it("P5.1: the ack follows the commit, and so does the event (fault 59)", async () => {
    const { store, held } = heldStore();
    const { join, clock } = createTestServer({ store });
    const peer = await join();
    await peer.pub(1, ["a"]);
    expect([peer.all("ack"), peer.all("data")]).toEqual([[], []]);
    held[0]?.go();
    await clock.settle();
    expect(peer.last("ack")).toMatchObject({ p: "p1", c: "room", n: 1, head: 1, runs: [[1, 1, 1]] });
    expect(peer.seen()).toEqual(["a"]);
  });

  it("P5.2: what arrives in one turn is one append; what arrives meanwhile is the next", async () => {
    const { store, held, calls } = heldStore();
    const { join, clock } = createTestServer({ store });
    const peer = await join();
    await peer.send(
      ...[1, 2, 3].map(
        (n) => ({ t: "pub", c: "room", p: "p1", n, acked: 0, m: [{ id: `m${n}`, d: n }] }) as const,
      ),
    );
    await peer.pub(4, [4]);
    await peer.pub(5, [5]);
    expect(calls.map((batches) => batches.map(({ items }) => items.length))).toEqual([[3]]);
    held[0]?.go();
    await clock.settle();
    held[1]?.go();
    await clock.settle();
    expect(calls.map((batches) => batches.map(({ items }) => items.length))).toEqual([[3], [2]]);
    expect(peer.all("ack").map(({ n }) => n)).toEqual([3, 5]);
    expect(peer.seen()).toEqual([1, 2, 3, 4, 5]);
  });

  it("P5.3: a duplicate is answered with its first verdict and nothing of the app runs again (I2, fault 45, fault 47)", async () => {
    const ran: unknown[] = [];
    const { join, log, metric } = createTestServer({
      authorize: ({ action }) => {
        if (action === "write") ran.push("authorize");
        return true;
      },
      onMessage: ({ payload }) => {
        ran.push(payload);
        return payload;
      },
    });
    const peer = await join();
    await peer.pub(1, ["a", "b"]);
    await peer.pub(1, ["a", "b"]);
    expect(ran).toEqual(["authorize", "a", "authorize", "b"]);
    expect(await log()).toEqual(["a", "b"]);
    expect(peer.all("ack").map(({ n, runs }) => [n, runs])).toEqual([
      [2, [[1, 1, 2]]],
      [2, [[1, 1, 2]]],
    ]);
    expect(metric("duplicate_msg_rejected_total")).toBe(2);
  });

  it("P5.3: a duplicate on a new socket, without a claim, does not run the app either", async () => {
    const ran: unknown[] = [];
    const { join, log } = createTestServer({ onMessage: ({ payload }) => (ran.push(payload), payload) });
    await (await join()).pub(1, ["a"]);
    const next = await join();
    await next.pub(1, ["a", "b"]);
    expect(ran).toEqual(["a", "b"]);
    expect(await log()).toEqual(["a", "b"]);
    expect(next.last("ack")).toMatchObject({ n: 2, runs: [[1, 1, 2]] });
  });

  it("P5.4: a number beyond the next is one GAP until there is progress", async () => {
    const { join } = createTestServer();
    const peer = await join();
    await peer.pub(1, ["a"]);
    await peer.pub(3, ["c"]);
    await peer.pub(4, ["d"]);
    expect(peer.all("nack")).toMatchObject([
      { p: "p1", c: "room", n: 3, code: "GAP", pos: 1, retriable: false },
    ]);
    await peer.pub(2, ["b"]);
    await peer.pub(9, ["x"]);
    expect(peer.all("nack")).toHaveLength(2);
  });

  it("P5.5: voids and skips take their numbers and append nothing", async () => {
    const { join, log } = createTestServer();
    const peer = await join();
    await peer.pub(1, ["a", { id: "gone", void: true }, "c"]);
    await peer.send({ t: "skip", c: "room", p: "p1", from: 4, to: 9, acked: 0 });
    await peer.pub(10, ["z"]);
    expect(await log()).toEqual(["a", "c", "z"]);
    expect(last(peer.all("ack"))).toMatchObject({
      n: 10,
      verdicts: [
        [2, 2, "skipped"],
        [4, 9, "skipped"],
      ],
    });
  });

  it("P5.6: a store that lost what it acknowledged is told ROLLED_BACK (fault 60, I8)", async () => {
    const { join, store } = createTestServer();
    const peer = await join();
    await peer.pub(1, ["a"]);
    const checkpoint = store.checkpoint();
    await peer.pub(2, ["b"]);
    store.restore(checkpoint);
    await peer.pub(3, ["c"], { acked: 2 });
    expect(peer.last("nack")).toMatchObject({ n: 3, code: "ROLLED_BACK", pos: 1, retriable: false });
  });

  it("P5.6: the highest watermark of one turn counts for all of it", async () => {
    const { join, store } = createTestServer();
    const peer = await join();
    await peer.pub(1, ["a"]);
    const checkpoint = store.checkpoint();
    await peer.pub(2, ["b"]);
    store.restore(checkpoint);
    const pub = (n: number, acked: number) =>
      ({ t: "pub", c: "room", p: "p1", n, acked, m: [{ id: `m${n}`, d: n }] }) as const;
    await peer.send(pub(3, 1), pub(4, 2));
    expect(peer.all("nack")).toMatchObject([{ n: 3, code: "ROLLED_BACK", pos: 1 }]);
  });

  it("P5.6: a duplicate known to this node is not taken for granted after a rollback: it is asked for again and appended", async () => {
    const { join, store, log } = createTestServer();
    const peer = await join();
    const empty = store.checkpoint();
    await peer.pub(1, ["a", "b"]);
    store.restore(empty);
    await peer.pub(1, ["a", "b"]);
    expect(peer.last("nack")).toMatchObject({ code: "GAP", pos: 0 });
    await peer.pub(1, ["a", "b"]);
    expect(await log()).toEqual(["a", "b"]);
  });

  it("P5.7: an old producer the store does not know is UNKNOWN_PRODUCER (fault 63)", async () => {
    const { join, log } = createTestServer();
    const peer = await join();
    await peer.pub(4, ["x"], { old: true });
    expect(peer.last("nack")).toMatchObject({ n: 4, code: "UNKNOWN_PRODUCER", retriable: false });
    expect(await log()).toEqual([]);
  });

  it("P5.8: a row of an earlier producer that had landed is a dup; its producer is closed otherwise", async () => {
    const { join, log } = createTestServer();
    const peer = await join();
    await peer.pub(1, ["a"]);
    await peer.pub(
      1,
      [
        { id: "m1", d: "a", re: { p: "p1", n: 1 } },
        { id: "m2", d: "b", re: { p: "p1", n: 2 } },
      ],
      { p: "p2" },
    );
    expect(peer.last("ack")).toMatchObject({ p: "p2", n: 2, verdicts: [[1, 1, "dup", 1]] });
    await peer.pub(2, ["b"]);
    expect(peer.last("nack")).toMatchObject({ p: "p1", code: "CLOSED" });
    expect(await log()).toEqual(["a", "b"]);
  });

  it("P5.9: more numbers than the window allows is a protocol error (I4)", async () => {
    const { join } = createTestServer({ limits: { windowMessages: 4 } });
    const peer = await join();
    await peer.pub(2, [1, 2, 3, 4]);
    expect(peer.last("error")?.code).toBe("WINDOW_EXCEEDED");
    expect(peer.state.closed?.code).toBe(4500);
  });

  it("P5.10: Lamport time rises above everything this connection was shown", async () => {
    const { join, server, clock } = createTestServer();
    const peer = await join([{ c: "a", since: "now" }]);
    for (let i = 0; i < 5; i++) await server.publish("a", i);
    await clock.settle();
    await peer.pub(1, ["x"], { c: "b" });
    const reader = await join([{ c: "b", since: { last: 1 } }]);
    expect(reader.all("delta")[0]?.ev[0]?.lam).toBe(6);
  });
});

describe("judgement by the app", () => {
  const rejectSpam = ({ payload }: InboundMessage, context: MessageContext) =>
    payload === "spam" ? context.reject("SPAM") : payload;

  it("P6.1: a rejected message is a permanent verdict; the queue flows on (fault 56)", async () => {
    const { join, log } = createTestServer({ onMessage: rejectSpam });
    const peer = await join();
    await peer.pub(1, ["a", "spam", "b"]);
    expect(peer.last("ack")).toMatchObject({
      n: 3,
      runs: [
        [1, 1, 1],
        [3, 2, 1],
      ],
      verdicts: [[2, 2, "rejected:SPAM"]],
    });
    expect(await log()).toEqual(["a", "b"]);
  });

  it("P6.1: what is stored is what onMessage returned; a handler that returns nothing keeps the payload", async () => {
    const { join, log } = createTestServer({
      onMessage: ({ payload }) => (payload === "keep" ? undefined : { seen: payload }),
    });
    await (await join()).pub(1, ["a", "keep"]);
    expect(await log()).toEqual([{ seen: "a" }, "keep"]);
  });

  it("P6.2: authorize is asked per message and per channel (S6)", async () => {
    const { join, log } = createTestServer({
      authorize: ({ channel, action }) => action === "read" || channel === "mine",
    });
    const peer = await join();
    await peer.pub(1, ["no"]);
    await peer.pub(1, ["yes"], { c: "mine" });
    expect(peer.all("ack")).toMatchObject([
      { c: "room", verdicts: [[1, 1, "rejected:FORBIDDEN"]] },
      { c: "mine" },
    ]);
    expect([await log(), await log("mine")]).toEqual([[], ["yes"]]);
  });

  it("P6.3: order per producer and channel holds although handlers finish in any order (I3)", async () => {
    const waiting = new Map<unknown, () => void>();
    const { join, log, clock } = createTestServer({
      onMessage: ({ payload }) => new Promise((resolve) => waiting.set(payload, () => resolve(payload))),
    });
    const peer = await join();
    await peer.pub(1, ["a", "b"]);
    await peer.pub(3, ["c"]);
    await peer.pub(1, ["other"], { p: "p2" });
    waiting.get("other")?.();
    await clock.settle();
    for (const name of ["a", "b", "c"]) {
      waiting.get(name)?.();
      await clock.settle();
    }
    expect(await log()).toEqual(["other", "a", "b", "c"]);
  });

  it("P6.4: a handler that throws makes the client come again with the same number, and what it sent beyond is dropped (fault 56)", async () => {
    let isDown = true;
    const ran: unknown[] = [];
    const { join, log } = createTestServer({
      onMessage: ({ payload }) => {
        ran.push(payload);
        if (isDown && payload === "b") throw new Error("database down");
        return payload;
      },
    });
    const peer = await join();
    await peer.pub(1, ["a", "b", "c"]);
    await peer.pub(4, ["d"]);
    const nack = peer.last("nack");
    expect(nack).toMatchObject({ n: 2, code: "HANDLER_FAILED", retriable: true });
    expect(nack?.retryAfterMs).toBeGreaterThan(0);
    expect(await log()).toEqual(["a"]);
    isDown = false;
    await peer.pub(2, ["b", "c", "d"]);
    expect(await log()).toEqual(["a", "b", "c", "d"]);
    expect(peer.last("ack")?.n).toBe(4);
    expect(ran).toEqual(["a", "b", "b", "c", "d"]);
  });

  it("P6.4: a message that fails five times is rejected, so that the queue flows (fault 56)", async () => {
    const { join, log } = createTestServer({
      onMessage: ({ payload }) => {
        if (payload === "poison") throw new Error("cannot digest");
        return payload;
      },
    });
    const peer = await join();
    for (let i = 0; i < 5; i++) await peer.pub(1, ["poison", "b"]);
    expect(peer.all("nack")).toHaveLength(4);
    expect(peer.last("ack")?.verdicts).toEqual([[1, 1, "rejected:HANDLER_FAILED"]]);
    expect(await log()).toEqual(["b"]);
  });

  it("P6.5: a reply over 1 KiB becomes a text that says so; the message is appended", async () => {
    const { join, log } = createTestServer({
      onMessage: ({ payload }, context) => {
        context.reply("é".repeat(payload as number));
        return undefined;
      },
    });
    const peer = await join();
    await peer.pub(1, [511, 512]);
    expect(peer.last("ack")?.replies).toEqual([
      [1, "é".repeat(511)],
      [2, "REPLY_TOO_LARGE"],
    ]);
    expect(await log()).toEqual([511, 512]);
  });

  it("P6.5: a reply travels with the ack and is stored with the verdict", async () => {
    const { join } = createTestServer({
      onMessage: ({ payload }, context) => {
        context.reply({ doubled: (payload as number) * 2 });
        return payload;
      },
    });
    const peer = await join();
    await peer.pub(1, [21]);
    await peer.pub(1, [21]);
    expect(peer.all("ack").map(({ replies }) => replies)).toEqual([
      [[1, { doubled: 42 }]],
      [[1, { doubled: 42 }]],
    ]);
  });

  it("P6.6: more than the rate of a producer is a retriable nack with a time; nothing is lost (fault 70, S14)", async () => {
    const { join, clock, log } = createTestServer({ limits: { messagesPerSecond: 10, windowMessages: 4 } });
    const peer = await join();
    await peer.pub(1, [1, 2, 3, 4]);
    await peer.pub(5, [5, 6], { acked: 4 });
    expect(peer.last("nack")).toMatchObject({ n: 5, code: "RATE_LIMITED", retriable: true });
    expect(peer.last("nack")?.retryAfterMs).toBeGreaterThanOrEqual(100);
    await peer.pub(1, [1]);
    expect(peer.last("ack")?.n).toBe(4);
    await clock.advance(200);
    await peer.pub(5, [5, 6], { acked: 4 });
    expect(await log()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("a store that fails", () => {
  it("P5.9: what waits for a stalled store is bounded, whatever watermarks the peer claims (I4, fault 61)", async () => {
    const { store } = heldStore();
    const { join } = createTestServer({ store, limits: { messagesPerSecond: 1e6 } });
    const [greedy, modest] = [await join(), await join()];
    const text = "x".repeat(60_000);
    for (let n = 1; n < 200 && !greedy.state.closed; n++) await greedy.pub(n, [text], { acked: n - 1 });
    expect(greedy.last("error")?.code).toBe("OVERLOADED");
    expect(greedy.state.closed?.code).toBe(4011);
    expect(modest.state.closed).toBeUndefined();
  });

  it("P5.9: what the store has answered no longer counts", async () => {
    const { join, log } = createTestServer({ limits: { messagesPerSecond: 1e6, bytesPerSecond: 1e9 } });
    const peer = await join([]);
    const text = "x".repeat(60_000);
    for (let n = 1; n <= 300; n++) await peer.pub(n, [text], { acked: n - 1 });
    expect(peer.state.closed).toBeUndefined();
    expect((await log()).length).toBe(300);
  });

  it("P5.11: nothing is acknowledged; the client comes again with the same numbers (fault 61)", async () => {
    const { store, held, inner } = heldStore();
    const { join, clock, metric } = createTestServer({ store });
    const peer = await join();
    await peer.pub(1, ["a", "b"]);
    await peer.pub(3, ["c"]);
    held[0]?.fail(new Error("disk full"));
    await clock.settle();
    expect(peer.last("nack")).toMatchObject({ n: 1, code: "STORE_UNAVAILABLE", retriable: true });
    held[1]?.go();
    await clock.settle();
    expect(peer.all("ack")).toEqual([]);
    await peer.pub(1, ["a", "b", "c"]);
    held[2]?.go();
    await clock.settle();
    expect(peer.last("ack")?.n).toBe(3);
    expect((await inner.read("room", 0, 10)).events.map(({ d }) => d)).toEqual(['"a"', '"b"', '"c"']);
    expect(metric("resilient_store_errors_total")).toBe(1);
  });

  it("P5.11: after a failed commit the same numbers are judged again at once, without a detour over GAP", async () => {
    const { store, held } = heldStore();
    const { join, clock } = createTestServer({ store });
    const peer = await join();
    await peer.pub(1, ["a", "b"]);
    held[0]?.fail(new Error("disk full"));
    await clock.settle();
    await peer.pub(1, ["a", "b"]);
    held[1]?.go();
    await clock.settle();
    expect(peer.all("nack").map(({ code }) => code)).toEqual(["STORE_UNAVAILABLE"]);
    expect(peer.last("ack")?.n).toBe(2);
  });

  it("P5.11: a commit whose answer was lost is found out, not repeated (fault 59, I2)", async () => {
    const { store, held, inner, calls } = heldStore();
    const { join, clock } = createTestServer({ store });
    const peer = await join();
    await peer.pub(1, ["a"]);
    await inner.append(calls[0] as readonly AppendBatch[]);
    held[0]?.fail(new Error("connection reset"));
    await clock.settle();
    await peer.pub(1, ["a", "b"]);
    held[1]?.go();
    await clock.settle();
    expect((await inner.read("room", 0, 10)).events.map(({ d }) => d)).toEqual(['"a"', '"b"']);
    expect(peer.last("ack")?.n).toBe(2);
  });

  it("P3.8: a store that cannot be read closes 4010 and the process lives on", async () => {
    const inner = memoryStore();
    const { connect, join } = createTestServer({
      store: { ...inner, positions: () => Promise.reject(new Error("gone")) },
    });
    const peer = connect();
    await peer.auth();
    await peer.resume([], [{ p: "p1", c: "room", acked: 0 }]);
    expect(peer.last("error")).toMatchObject({ code: "STORE_UNAVAILABLE", retriable: true });
    expect(peer.state.closed?.code).toBe(4010);
    expect((await join()).state.closed).toBeUndefined();
  });
});

describe("claims", () => {
  it("P4.7: positions come from committed state, with runs and verdicts above the watermark", async () => {
    const { join } = createTestServer({
      onMessage: ({ payload }, context) => (payload === "no" ? context.reject("NO") : payload),
    });
    const peer = await join();
    await peer.pub(1, ["a", "no", "c"]);
    const next = await join();
    await next.send({
      t: "claim",
      producers: [
        { p: "p1", c: "room", acked: 1 },
        { p: "p9", c: "room", acked: 0 },
        { p: "p1", c: "room", acked: 7 },
      ],
    });
    expect(next.last("positions")?.producers).toMatchObject([
      { p: "p1", n: 3, head: 2, runs: [[3, 2, 1]], verdicts: [[2, 2, "rejected:NO"]] },
      { p: "p9", n: null },
      { p: "p1", n: 3, rolledBack: true },
    ]);
  });
});
