import { describe, expect, it } from "vitest";
import { createChannel } from "../../src/server/channel.ts";
import { unfiltered } from "../../src/server/sight.ts";
import type { LogEvent, LogSlice } from "../../src/server/store/LogStore.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { createTestServer } from "./testServer.ts";

const event = (seq: number, tail = `t${seq}`, prev = `t${seq - 1}`): LogEvent => ({
  channel: "c",
  epoch: "e",
  seq,
  tail,
  prev,
  lam: seq,
  d: "0",
  storedAt: 0,
});

describe("a log that changes its past", () => {
  it("† empties the ring: what stood there is not handed to the next listener (P7.5, fault 50)", async () => {
    const log: LogSlice = { epoch: "e", seq: 1, tail: "t1", lam: 1, first: 1, events: [event(1)] };
    const store = { head: async () => log, read: async () => log };
    const ring = createChannel({ name: "c", store, sight: unfiltered, onStoreError: () => {} });
    ring.heard([event(1), event(2)]);
    await ring.reread();
    expect(ring.join({ epoch: "e", seq: 1, tail: "t1" })).toEqual([]);
    const other = event(2, "other", "t1");
    ring.heard([other]);
    expect(ring.join({ epoch: "e", seq: 1, tail: "t1" })).toEqual([other]);
  });

  it("† between two pages of a replay: the second is not sent behind the first (P1.3, fault 50)", async () => {
    const inner = memoryStore();
    const pages: (() => void)[] = [];
    const { join, server, clock } = createTestServer({
      limits: { maxGap: 5_000 },
      store: {
        ...inner,
        read: async (...args) => {
          await new Promise<void>((resolve) => pages.push(resolve));
          return inner.read(...args);
        },
      },
    });
    for (let n = 1; n <= 500; n++) await server.publish("room", `old ${n}`);
    const before = inner.checkpoint();
    for (let n = 501; n <= 600; n++) await server.publish("room", `old ${n}`);
    const { epoch } = await inner.head("room");
    const peer = await join([{ c: "room", epoch, seq: 0, tail: "" }]);
    pages.shift()?.();
    await clock.settle();
    inner.restore(before);
    for (let n = 501; n <= 600; n++) await server.publish("room", `new ${n}`);
    for (let turn = 0; turn < 10; turn++) {
      pages.shift()?.();
      await clock.settle();
    }
    const seen = peer.seen() as string[];
    expect(seen.length).toBeGreaterThan(500);
    expect(seen.filter((text) => text.startsWith("new"))).toEqual([]);
    expect(peer.last("subscribed")).toMatchObject({ status: "lost", reason: "forked" });
  });
});

describe("one bad channel", () => {
  const after = { epoch: "", seq: 0, tail: "" };

  it("† whose log cannot be read is put off; the others go live (P4.8)", async () => {
    const inner = memoryStore();
    const { join, server } = createTestServer({
      store: {
        ...inner,
        read: async (channel, ...rest) => {
          if (channel === "bad") throw new Error("a bad sector");
          return inner.read(channel, ...rest);
        },
      },
    });
    await server.publish("room", "a");
    const { epoch } = await inner.head("room");
    const peer = await join(["bad", "room"].map((c) => ({ ...after, c, epoch })));
    expect(peer.last("welcome")?.channels).toMatchObject([
      { c: "bad", status: "lost", reason: "store_unavailable" },
      { c: "room", status: "delta" },
    ]);
    expect(peer.seen()).toEqual(["a"]);
  });

  it("† whose rights nobody can tell is put off after 5 s; the others go live (P4.8)", async () => {
    const { join, clock } = createTestServer({
      authorize: ({ channel }) => (channel === "bad" ? new Promise<never>(() => {}) : true),
    });
    const peer = await join(["bad", "room"].map((c) => ({ c, since: "now" })));
    await clock.advance(5_000);
    expect(peer.last("welcome")?.channels).toMatchObject([
      { c: "bad", status: "lost", reason: "timeout" },
      { c: "room", status: "live" },
    ]);
  });
});
