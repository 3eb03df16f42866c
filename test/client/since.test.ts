import { describe, expect, it } from "vitest";
import type { Since } from "../../src/protocol/frames.ts";
import { createWorld, type World, type WorldOptions } from "../../src/testing/createWorld.ts";
import type { Watch } from "../../src/testing/boot.ts";
import type { Tab } from "../../src/testing/tab.ts";
import { connect, data, event, live, scene } from "./script.ts";

const living = async (options: WorldOptions = {}): Promise<{ world: World; tab: Tab }> => {
  const world = createWorld(options);
  const tab = world.openTab();
  tab.connect();
  await world.advance(100);
  return { world, tab };
};
const publish = async (world: World, ...values: unknown[]): Promise<void> => {
  for (const value of values) void world.server().publish("room", value);
  await world.advance(100);
};
const placeOf = async (world: World, seq: number) => {
  const [found] = (await world.store.read("room", seq, 1)).events;
  return { epoch: found!.epoch, seq, tail: found!.tail };
};
const state = async (world: World, channel: string) => {
  const { epoch, seq, tail } = await world.store.head(channel);
  return { state: { upTo: seq }, cursor: { epoch, seq, tail } };
};
const told = ({ continuity }: Watch) => continuity.map(({ result, reason }) => [result, reason]);
const frames = (tab: Tab, type: string) =>
  tab.sockets().flatMap((socket) => socket.frames().filter(({ t }) => t === type));

describe("where a subscription starts", () => {
  const starts: readonly [string, Since | "cursor", unknown[], unknown[]][] = [
    ["now", "now", [6], []],
    ["the last two", { last: 2 }, [4, 5, 6], []],
    ["none of the past", { last: 0 }, [6], []],
    ["more than there is", { last: 99 }, [1, 2, 3, 4, 5, 6], []],
    ["a state", "snapshot", [6], [["snapshot", undefined]]],
    ["behind a cursor", "cursor", [4, 5, 6], [["replayed", undefined]]],
  ];

  it.each(starts)("%s: the first of a channel", async (_, start, expected, continuity) => {
    const { world, tab } = await living({ server: { snapshot: (channel) => state(world, channel) } });
    await publish(world, 1, 2, 3, 4, 5);
    const room = tab.watch("room", { since: start === "cursor" ? await placeOf(world, 3) : start });
    await world.advance(100);
    await publish(world, 6);
    expect(room.data()).toEqual(expected);
    expect(told(room)).toEqual(continuity);
  });

  it.each(starts)("%s: beside one who hears the channel already, who is not disturbed", async (...row) => {
    const [, start, expected, continuity] = row;
    const { world, tab } = await living({ server: { snapshot: (channel) => state(world, channel) } });
    const first = tab.watch("room");
    await world.advance(50);
    await publish(world, 1, 2, 3, 4, 5);
    const room = tab.watch("room", { since: start === "cursor" ? await placeOf(world, 3) : start });
    await world.advance(100);
    await publish(world, 6);
    await publish(world, 7);
    expect(room.data()).toEqual([...expected, 7]);
    expect(room.messages.map(({ seq, replayed }) => [seq, replayed])).toEqual(
      [...expected, 7].map((n) => [n, (n as number) < 6]),
    );
    expect(told(room)).toEqual(continuity);
    expect(first.data()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(told(first)).toEqual([]);
    expect(frames(tab, "sub")).toHaveLength(1);
  });

  it("components of one commit with the same start share it: one question, no read", async () => {
    const { world, tab } = await living();
    await publish(world, 1, 2, 3);
    const rooms = [1, 2].map(() => tab.watch("room", { since: { last: 2 } }));
    const now = tab.watch("room");
    const all = tab.watch("room", { since: { last: 9 } });
    await world.advance(100);
    expect(rooms.map((room) => room.data())).toEqual([
      [2, 3],
      [2, 3],
    ]);
    expect(now.data()).toEqual([2, 3]);
    expect(all.data()).toEqual([1, 2, 3]);
    expect(frames(tab, "read")).toHaveLength(1);
  });

  it("of a kept cursor only the place reaches the wire, first or late", async () => {
    const { world, tab } = await living();
    await publish(world, 1, 2, 3);
    const since = { ...(await placeOf(world, 2)), c: "elsewhere", t: "bye", limit: -1 };
    const rooms = [tab.watch("room", { since })];
    await world.advance(50);
    rooms.push(tab.watch("room", { since }));
    await world.advance(50);
    expect(rooms.map((room) => room.data())).toEqual([[3], [3]]);
  });

  it("where there is no past, hears what comes", async () => {
    const { world, tab } = await living();
    tab.watch("room");
    await world.advance(50);
    const room = tab.watch("room", { since: { last: 3 } });
    await world.advance(50);
    await publish(world, 1, 2);
    expect(room.data()).toEqual([1, 2]);
  });

  it("may be ahead of the channel behind hidden events, and then hears on with it (P7.8)", async () => {
    const one = scene();
    one.tab.watch("room");
    await connect(one, [live("room", 5, "t5")]);
    const room = one.tab.watch("room", { since: { epoch: "e1", seq: 4, tail: "t4" } });
    one.socket().receive(data("room", event(6)));
    await one.settle();
    const [{ rid }] = one.sent("read") as unknown as [{ rid: number }];
    const hidden = (seq: number, hid: number) => ({ ...event(seq, undefined, `t${seq - hid}`), hid });
    const ev = [event(5), hidden(8, 3)];
    one.socket().receive({ t: "delta", c: "room", epoch: "e1", from: 4, to: 8, more: false, rid, ev });
    one.socket().receive({ t: "data", c: "room", ev: [hidden(8, 2), event(9)] });
    await one.settle();
    expect(room.data()).toEqual([5, 9]);
    expect(room.continuity).toMatchObject([{ result: "replayed", replayed: 1 }]);
  });

  it("a filter of the server hides the same live, from a start, in a slow loop and in history (S8, P7.8)", async () => {
    const { world, tab } = await living({
      server: { filter: ({ event: { payload } }) => (payload as number) % 3 === 0 },
    });
    const first = tab.watch("room");
    const loop = tab.messages("room", { capacity: 2 })[Symbol.asyncIterator]();
    await world.advance(50);
    const numbers = Array.from({ length: 31 }, (_, i) => i + 1);
    await publish(world, ...numbers);
    const shown = numbers.filter((n) => n % 3 === 0);
    const late = tab.watch("room", { since: await placeOf(world, 1) });
    const looped: unknown[] = [];
    void (async () => {
      for (;;) looped.push(((await loop.next()) as { value: { data: unknown } }).value.data);
    })();
    let page: readonly unknown[] = [];
    void tab.history("room", { limit: 4 }).then((messages) => (page = messages.map(({ data: d }) => d)));
    await world.advance(500);
    await publish(world, 32, 33);
    const all = [...shown, 33];
    expect([first.data(), late.data(), looped, page]).toEqual([all, all, all, shown.slice(-4)]);
    expect([told(first), told(late)]).toEqual([[], [["replayed", undefined]]]);
  });

  it("a start of one's own survives a break before it was reached", async () => {
    const { world, tab } = await living();
    tab.watch("room");
    await publish(world, 1, 2, 3);
    world.network.cut();
    const room = tab.watch("room", { since: { last: 2 } });
    await publish(world, 4);
    await world.advance(5_000);
    await publish(world, 5);
    expect(room.data()).toEqual([3, 4, 5]);
  });

  it("a place that is gone is told to its subscriber alone, with the reason (fault 53, fault 54)", async () => {
    const { world, tab } = await living();
    const first = tab.watch("room");
    await world.advance(50);
    await publish(world, 1, 2, 3, 4, 5);
    const old = await placeOf(world, 2);
    world.store.trim("room", 5);
    const trimmed = tab.watch("room", { since: old });
    const strange = tab.watch("room", { since: { ...old, epoch: "another" } });
    const none = tab.watch("room", { since: "snapshot" });
    await world.advance(100);
    await publish(world, 6);
    expect([told(trimmed), told(strange), told(none), told(first)]).toEqual([
      [["lost", "trimmed"]],
      [["lost", "epoch_changed"]],
      [["lost", "no_snapshot"]],
      [],
    ]);
    expect(trimmed.continuity[0]?.missed).toBe(3);
    for (const room of [trimmed, strange, none]) expect(room.data()).toEqual([6]);
  });

  it("a handler that throws while it catches up is reported; it and the others hear on (fault 44)", async () => {
    const { world, tab } = await living();
    tab.watch("room");
    await world.advance(50);
    await publish(world, 1, 2);
    const seen: unknown[] = [];
    tab.subscribe(
      "room",
      ({ data: n }) => {
        seen.push(n);
        throw new Error("mine");
      },
      { since: { last: 2 } },
    );
    await world.advance(100);
    await publish(world, 3);
    expect(seen).toEqual([1, 2, 3]);
    expect(tab.record.errors).toHaveLength(3);
  });

  it("one who leaves while it catches up hears nothing more", async () => {
    const { world, tab } = await living();
    tab.watch("room");
    await world.advance(50);
    await publish(world, 1, 2, 3);
    const seen: unknown[] = [];
    const stop = tab.subscribe(
      "room",
      ({ data: n }) => {
        seen.push(n);
        stop();
      },
      { since: { last: 3 } },
    );
    await publish(world, 4);
    expect(seen).toEqual([1]);
  });

  it("an answer that leads nowhere is asked for again a second later, not at once (fault 55)", async () => {
    const one = scene();
    one.tab.watch("room");
    await connect(one, [live("room", 5, "t5")]);
    const room = one.tab.watch("room", { since: { epoch: "e1", seq: 2, tail: "t2" } });
    await one.settle();
    const answer = (...ev: ReturnType<typeof event>[]) => {
      const { rid } = one.sent("read").at(-1) as { rid: number };
      one.socket().receive({ t: "delta", c: "room", epoch: "e1", from: 2, to: 5, more: false, rid, ev });
      return one.settle();
    };
    await answer(event(4), event(5));
    await answer();
    expect(one.sent("read")).toHaveLength(1);
    await one.world.advance(1_100);
    expect(one.sent("read")).toHaveLength(2);
    one.socket().receive(data("room", event(6)));
    await answer(event(3), event(4), event(5), event(6), event(7));
    one.socket().receive(data("room", event(7), event(8)));
    await one.settle();
    expect(room.data()).toEqual([3, 4, 5, 6, 7, 8]);
  });
});
