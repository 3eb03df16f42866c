import { describe, expect, it } from "vitest";
import type { Message } from "../../src/client/message.ts";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import type { HistoryPage } from "../../src/client/ResilientClient.ts";
import { createWorld, type World, type WorldOptions } from "../../src/testing/createWorld.ts";
import type { Tab } from "../../src/testing/tab.ts";
import { connect, event, scene } from "./script.ts";

/** A page that is connected; `room` holds 1 … `events`. */
const living = async (events = 0, options: WorldOptions = {}): Promise<{ world: World; tab: Tab }> => {
  const world = createWorld({ clock: { turn: () => new Promise((done) => setImmediate(done)) }, ...options });
  for (let n = 1; n <= events; n++) void world.server().publish("room", n);
  const tab = world.openTab();
  tab.connect();
  await world.advance(100);
  return { world, tab };
};
/** What the call came to: payloads, or the code of its error. */
const ask = (tab: Tab, page?: HistoryPage, channel = "room") => {
  const outcome: { is: unknown } = { is: "pending" };
  tab.history(channel, page).then(
    (messages) => (outcome.is = messages.map(({ data }) => data)),
    (error: unknown) => (outcome.is = (error as { code: string }).code),
  );
  return outcome;
};
const reads = (tab: Tab) =>
  tab.sockets().flatMap((socket) => socket.frames().filter(({ t }) => t === "read"));

describe("history()", () => {
  it("brings the newest, oldest first, and pages back to the beginning", async () => {
    const { world, tab } = await living(250);
    const first = ask(tab);
    await world.advance(50);
    expect(first.is).toEqual(Array.from({ length: 100 }, (_, i) => 151 + i));
    const second = ask(tab, { before: 151, limit: 120 });
    await world.advance(50);
    expect(second.is).toEqual(Array.from({ length: 120 }, (_, i) => 31 + i));
    const last = ask(tab, { before: 31, limit: 120 });
    const none = ask(tab, { before: 1 });
    const empty = ask(tab, {}, "nowhere");
    await world.advance(50);
    expect(last.is).toEqual(Array.from({ length: 30 }, (_, i) => 1 + i));
    expect([none.is, empty.is]).toEqual([[], []]);
  });

  it("names messages as they are named live: own by key, others by place; all are replayed", async () => {
    const { world, tab } = await living();
    const live = tab.watch("room");
    await world.advance(50);
    const { id } = tab.send("mine", { channel: "room" });
    await world.advance(50);
    void world.server().publish("room", "theirs");
    await world.advance(50);
    let page: readonly Message[] = [];
    void tab.history("room").then((messages) => (page = messages));
    await world.advance(50);
    expect(page).toEqual(live.messages.map((message) => ({ ...message, replayed: true })));
    expect(page[0]).toMatchObject({ id, own: true, seq: 1 });
  });

  it("meets what handlers hear, without gap or overlap, while the channel goes on", async () => {
    const { world, tab } = await living(5);
    const room = tab.watch("room");
    await world.advance(50);
    void world.server().publish("room", 6);
    const past = ask(tab);
    void world.server().publish("room", 7);
    await world.advance(50);
    expect([...(past.is as number[]), ...room.data()]).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("takes many frames for one page, and never more than 1,000 events", async () => {
    const { world, tab } = await living(0);
    const text = "x".repeat(1_000);
    for (let n = 1; n <= 1_200; n++) void world.server().publish("room", `${n} ${text}`);
    await world.advance(50);
    const page = ask(tab, { limit: 5_000 });
    await world.advance(500);
    expect((page.is as string[]).map((one) => Number(one.split(" ", 1)[0]))).toEqual(
      Array.from({ length: 1_000 }, (_, i) => 201 + i),
    );
    expect(reads(tab)).toHaveLength(1);
  });

  it("goes on where a server answers less than was asked for, or events that are hidden (P7.8)", async () => {
    const one = scene();
    await connect(one);
    const page = ask(one.tab, { limit: 3 });
    await one.settle();
    const answer = (...ev: object[]) => {
      const { rid } = one.sent("read").at(-1) as { rid: number };
      one
        .socket()
        .receive({ t: "delta", c: "room", epoch: "e1", from: 0, to: 0, more: false, rid, ev: ev as never });
      return one.settle();
    };
    await answer(event(8), { ...event(10, undefined, "t8"), hid: 2 });
    await answer({ ...event(7, undefined, "t4"), hid: 3 });
    await answer(event(3), event(4));
    expect(one.sent("read").map(({ before }) => before)).toEqual([Number.MAX_SAFE_INTEGER, 8, 5]);
    expect(page.is).toEqual([3, 4, 8]);
  });

  it("ends at what the server has trimmed", async () => {
    const { world, tab } = await living(50);
    world.store.trim("room", 40);
    const page = ask(tab);
    await world.advance(50);
    expect((page.is as number[])[0]).toBe(40);
  });

  it("waits for a connection, and survives a break in its midst (fault 3)", async () => {
    const world = createWorld({ clock: { turn: () => new Promise((done) => setImmediate(done)) } });
    for (let n = 1; n <= 200; n++) void world.server().publish("room", n);
    const tab = world.openTab();
    const page = ask(tab, { limit: 200 });
    await world.advance(1_000);
    expect(page.is).toBe("pending");
    tab.connect();
    await world.runUntil(() => reads(tab).length === 1, 1_000);
    world.network.cut();
    await world.runUntil(() => page.is !== "pending", 10_000);
    expect((page.is as number[]).length).toBe(200);
    expect(reads(tab)).toHaveLength(2);
  });

  it("asks again after what the server says when it cannot answer now", async () => {
    const one = scene();
    await connect(one);
    const page = ask(one.tab);
    await one.settle();
    const refuse = (more: object) => {
      const { rid } = one.sent("read").at(-1) as { rid: number };
      one.socket().receive({ t: "error", code: "LOST", retriable: true, ref: String(rid), ...more });
      return one.settle();
    };
    await refuse({ retryAfterMs: 2_000 });
    await one.world.advance(1_500);
    expect(one.sent("read")).toHaveLength(1);
    await one.world.advance(600);
    expect(one.sent("read")).toHaveLength(2);
    await refuse({});
    expect(page.is).toBe("STORE_UNAVAILABLE");
  });

  it("asks four at a time, in order, and forgets what nobody waits for any more", async () => {
    const one = scene();
    await connect(one);
    const pages = Array.from({ length: 6 }, (_, i) => ask(one.tab, { before: i + 1, timeoutMs: 1_000 }));
    await one.settle();
    expect(one.sent("read").map(({ before }) => before)).toEqual([1, 2, 3, 4]);
    const { rid } = one.sent("read")[2] as { rid: number };
    one.socket().receive({ t: "delta", c: "room", epoch: "e1", from: 0, to: 0, more: false, rid, ev: [] });
    await one.settle();
    expect(pages[2]?.is).toEqual([]);
    expect(one.sent("read").map(({ before }) => before)).toEqual([1, 2, 3, 4, 5]);
    await one.world.advance(1_100);
    expect(pages.map(({ is }) => is)).toEqual(["TIMEOUT", "TIMEOUT", [], "TIMEOUT", "TIMEOUT", "TIMEOUT"]);
    ask(one.tab, { before: 9 });
    await one.settle();
    expect(one.sent("read").map(({ before }) => before)).toEqual([1, 2, 3, 4, 5, 9]);
  });

  it("of a channel whose rights cannot be asked does not cost the connection, however long it is asked for (fault 68)", async () => {
    let isBroken = true;
    const { world, tab } = await living(3, {
      server: {
        authorize: ({ channel }) => {
          if (isBroken && channel === "room") throw new Error("the database is down");
          return true;
        },
      },
    });
    const outcome = ask(tab);
    await world.advance(20_000);
    expect(outcome.is).toBe("pending");
    expect(tab.sockets()).toHaveLength(1);
    isBroken = false;
    await world.advance(10_000);
    expect(outcome.is).toEqual([1, 2, 3]);
  });

  it("rejects with a code that says why", async () => {
    const { world, tab } = await living(3, { server: { authorize: ({ channel }) => channel !== "secret" } });
    const denied = ask(tab, {}, "secret");
    const named = ask(tab, {}, "");
    const odd = [{ limit: 0 }, { before: 1.5 }, { timeoutMs: -1 }].map((page) => ask(tab, page));
    await world.advance(50);
    expect([denied.is, named.is, ...odd.map(({ is }) => is)]).toEqual([
      "FORBIDDEN",
      "INVALID_NAME",
      "INVALID_OPTION",
      "INVALID_OPTION",
      "INVALID_OPTION",
    ]);
    world.freezeServer();
    const slow = ask(tab, { timeoutMs: 5_000 });
    const left = ask(tab);
    await world.advance(5_100);
    expect([slow.is, left.is]).toEqual(["TIMEOUT", "pending"]);
    tab.disconnect();
    await world.advance(0);
    expect(left.is).toBe("DISCONNECTED");
    const late = ask(tab);
    expect(tab.page.clock.timers()).toBe(0);
    await tab.dispose();
    const after = ask(tab);
    await world.advance(0);
    expect([late.is, after.is]).toEqual(["DISPOSED", "DISPOSED"]);
  });

  it("ends with the connection's own code in failed, before and after", async () => {
    const one = scene();
    await connect(one);
    const before = ask(one.tab);
    await one.settle();
    one.socket().close(4500);
    await one.settle();
    const after = ask(one.tab);
    await one.settle();
    expect([before.is, after.is]).toEqual(["PROTOCOL_ERROR", "PROTOCOL_ERROR"]);
    expect(one.tab.page.clock.timers()).toBe(0);
  });

  it("is not there in plain mode", async () => {
    const tab = createWorld({ server: false }).openTab({ protocol: plainProtocol() });
    await expect(tab.history("default")).rejects.toMatchObject({ code: "NOT_SUPPORTED" });
  });

  it("survives a page in the cache, and ignores answers nobody asked for (fault 24, fault 48)", async () => {
    const { world, tab } = await living(3);
    world.network.stall("both");
    const page = ask(tab);
    tab.page.suspend();
    await world.advance(1_000);
    world.network.resume();
    tab.page.restore();
    await world.advance(1_000);
    expect(page.is).toEqual([1, 2, 3]);
    const one = scene();
    const room = one.tab.watch("room");
    await connect(one);
    one.socket().receive([
      { t: "delta", c: "room", epoch: "e1", from: 0, to: 1, more: false, rid: 7, ev: [event(1, 1, "")] },
      { t: "snapshot", c: "room", epoch: "e1", seq: 1, tail: "t1", part: 0, parts: 1, d: "1", rid: 7 },
      { t: "error", code: "DENIED", retriable: false, ref: "7" },
      { t: "error", code: "LOST", retriable: true, retryAfterMs: 1 },
    ]);
    await one.settle();
    expect([room.data(), room.continuity, one.tab.state.get().name]).toEqual([[], [], "connected"]);
  });

  it("brings a hidden page's paused connection back and keeps it until it is answered, or times out", async () => {
    const world = createWorld();
    void world.server().publish("room", 1);
    const tab = world.openTab({ pauseHiddenAfterMs: 10_000 });
    tab.connect();
    tab.page.hide();
    await world.advance(60_000);
    const paused = { name: "disconnected", reason: "suspended" };
    expect(tab.state.get()).toEqual(paused);
    world.store.pace({ readMs: 100 });
    const page = ask(tab, { timeoutMs: 20_000 });
    await world.advance(30_000);
    expect(page.is).toEqual([1]);
    world.store.pace({ readMs: 1_000_000 });
    const late = ask(tab, { timeoutMs: 20_000 });
    await world.advance(300_000);
    expect(late.is).toBe("TIMEOUT");
    expect(tab.state.get()).toEqual(paused);
    await world.close();
  });
});
