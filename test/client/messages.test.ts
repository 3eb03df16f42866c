import { describe, expect, it, vi } from "vitest";
import type { Continuity, Message } from "../../src/client/message.ts";
import { createWorld, type World, type WorldOptions } from "../../src/testing/createWorld.ts";
import type { Tab } from "../../src/testing/tab.ts";
import { accept, connect, data, event, live, scene } from "./script.ts";

/** A page that is connected and hears `room` already. */
const living = async (options: WorldOptions = {}): Promise<{ world: World; tab: Tab }> => {
  const world = createWorld({ clock: { turn: () => new Promise((done) => setImmediate(done)) }, ...options });
  const tab = world.openTab();
  tab.connect();
  await world.advance(100);
  expect(tab.state.get().name).toBe("connected");
  return { world, tab };
};
let count = 0;
const publish = async (world: World, events: number): Promise<void> => {
  for (let left = events; left > 0; left--) void world.server().publish("room", ++count);
  await world.advance(200);
};
/** Numbers `from` … `to`. */
const run = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Takes `max` messages as they come, without moving the clock. */
const collect = (iterator: AsyncIterator<Message>, max: number): unknown[] => {
  const got: unknown[] = [];
  void (async () => {
    while (got.length < max) {
      const next = (await iterator.next()) as IteratorResult<Message, undefined>;
      if (next.done) return;
      got.push(next.value.data);
    }
  })();
  return got;
};
/** The same, with the time it takes. */
const drain = async (iterator: AsyncIterator<Message>, world: World, max: number): Promise<unknown[]> => {
  const got = collect(iterator, max);
  await world.runUntil(() => got.length === max, 5_000);
  return got;
};
const reads = (tab: Tab): number =>
  tab.sockets().reduce((sum, socket) => sum + socket.frames().filter(({ t }) => t === "read").length, 0);

describe("messages()", () => {
  it("brings what a channel says, one after the other, through a break", async () => {
    const { world, tab } = await living();
    count = 0;
    const iterator = tab.messages("room")[Symbol.asyncIterator]();
    await world.advance(50);
    await publish(world, 2);
    expect(await drain(iterator, world, 2)).toEqual([1, 2]);
    world.network.cut();
    await publish(world, 2);
    await world.advance(5_000);
    await publish(world, 1);
    expect(await drain(iterator, world, 3)).toEqual([3, 4, 5]);
    expect(tab.record.errors).toEqual([]);
  });

  it("holds 1,000 messages and reads on from its own place: nothing is lost, others hear on (fault 49, I4)", async () => {
    const { world, tab } = await living();
    count = 0;
    const iterator = tab.messages("room")[Symbol.asyncIterator]();
    const other = tab.watch("room");
    await world.advance(50);
    await publish(world, 3_500);
    expect(other.data()).toEqual(run(1, 3_500));
    expect(reads(tab)).toBe(0);
    expect(await drain(iterator, world, 400)).toEqual(run(1, 400));
    expect(reads(tab)).toBe(0);
    const rest = collect(iterator, 3_101);
    await publish(world, 1);
    expect(rest).toEqual(run(401, 3_501));
    expect(reads(tab)).toBeGreaterThan(2);
    expect(reads(tab)).toBeLessThan(12);
    const before = reads(tab);
    await publish(world, 3);
    expect(await drain(iterator, world, 3)).toEqual([3_502, 3_503, 3_504]);
    expect(reads(tab)).toBe(before);
    expect(other.continuity).toEqual([]);
  });

  it("loses nothing that the server still has, however far behind it is", async () => {
    const { world, tab } = await living({ server: { limits: { maxGap: 100 } } });
    count = 0;
    const iterator = tab.messages("room")[Symbol.asyncIterator]();
    await world.advance(50);
    await publish(world, 3_000);
    expect(await drain(iterator, world, 3_000)).toEqual(run(1, 3_000));
  });

  it("goes on reading after a break in its midst", async () => {
    const { world, tab } = await living();
    count = 0;
    const told: unknown[] = [];
    const onContinuity = ({ result }: Continuity) => told.push(result);
    const iterator = tab.messages("room", { onContinuity })[Symbol.asyncIterator]();
    await world.advance(50);
    await publish(world, 2_500);
    world.network.shape({ bytesPerSecond: 20_000 });
    const all = collect(iterator, 2_500);
    await world.advance(600);
    expect(reads(tab)).toBe(1);
    world.network.cut();
    world.network.shape({ bytesPerSecond: undefined });
    await world.runUntil(() => all.length === 2_500, 20_000);
    expect(all).toEqual(run(1, 2_500));
    expect(told).toEqual([]);
  });

  describe("whose consumer holds 1,000 messages", () => {
    const full = async (more = 0) => {
      const one = scene();
      const got: unknown[] = [];
      const iterator = one.tab
        .messages("room", { onContinuity: ({ result, missed }) => got.push([result, missed]) })
        [Symbol.asyncIterator]();
      void iterator.next().then(({ value }) => got.push((value as Message).data));
      await connect(one);
      one.socket().receive(data("room", event(1, 1, ""), ...run(2, 1_001 + more).map((n) => event(n))));
      await one.settle();
      const resume = async (verdict: object): Promise<void> => {
        one.socket().cut();
        await one.world.advance(3_000);
        await accept(one, [{ ...live("room", 1_001, "t1001"), ...verdict }]);
      };
      return { one, got, iterator, resume };
    };

    it("is told of a loss in its place, whatever harmless thing came later", async () => {
      const { one, got, iterator, resume } = await full();
      await resume({});
      await resume({ head: 1_011, tail: "t1011", status: "lost", reason: "trimmed" });
      await resume({ head: 1_012, tail: "t1012", status: "lost", reason: "trimmed" });
      await resume({ head: 1_012, tail: "t1012" });
      const rest = collect(iterator, 1_000);
      await one.settle();
      expect(rest).toEqual(run(2, 1_001));
      const next = collect(iterator, 1);
      one.socket().receive(data("room", event(1_013)));
      await one.settle();
      expect([...got, ...next]).toEqual([1, ["lost", 11], 1_013]);
    });

    it("is told of a loss before the refusal that followed it", async () => {
      const { one, got, iterator, resume } = await full();
      const denied = { status: "denied" };
      await resume({ head: 1_011, tail: "t1011", status: "lost", reason: "trimmed" });
      await resume(denied);
      await resume(denied);
      collect(iterator, 1_000);
      await one.settle();
      await expect(iterator.next()).rejects.toMatchObject({ code: "FORBIDDEN" });
      expect(got).toEqual([1, ["lost", 10], ["denied", undefined]]);
    });

    it("and falls behind, is told that it may read no more, after what it holds", async () => {
      const { one, got, iterator } = await full(5);
      one.socket().receive({ t: "subscribed", ...live("room"), status: "denied" });
      await one.settle();
      const rest = collect(iterator, 1_000);
      await one.settle();
      expect(rest).toEqual(run(2, 1_001));
      await expect(iterator.next()).rejects.toMatchObject({ code: "FORBIDDEN" });
      expect(got).toEqual([1, ["denied", undefined]]);
    });
  });

  it("gives a handler of continuity that asks for more what it asks for, and loses nothing", async () => {
    const { world, tab } = await living();
    count = 0;
    const got: unknown[] = [];
    const take = () =>
      void iterator.next().then(({ value }) => got.push((value as Message | undefined)?.data));
    const onContinuity = () => take();
    const iterator = tab.messages("room", { onContinuity })[Symbol.asyncIterator]();
    await world.advance(50);
    world.network.cut();
    await world.advance(5_000);
    await publish(world, 4);
    for (let left = 3; left > 0; left--) take();
    await world.advance(0);
    expect(got.sort()).toEqual([1, 2, 3, 4]);
  });

  it("is told once that it is in step with a place of its own, not whenever it was slow", async () => {
    const { world, tab } = await living();
    tab.watch("room");
    count = 0;
    await publish(world, 3);
    const { epoch, tail } = (await world.store.read("room", 1, 1)).events[0]!;
    const told: unknown[] = [];
    const onContinuity = ({ result, replayed }: Continuity) => told.push([result, replayed]);
    const since = { epoch, seq: 1, tail };
    const iterator = tab.messages("room", { since, onContinuity })[Symbol.asyncIterator]();
    await world.advance(50);
    await publish(world, 1_500);
    expect(await drain(iterator, world, 1_502)).toEqual(run(2, 1_503));
    await publish(world, 1);
    expect(await drain(iterator, world, 1)).toEqual([1_504]);
    expect(told).toEqual([["replayed", 2]]);
  });

  it("tells a loss where it happened: after what came before it, before what comes after (fault 54, I8)", async () => {
    const { world, tab } = await living();
    count = 0;
    const told: unknown[] = [];
    const got: unknown[] = [];
    const onContinuity = ({ result, missed, reason }: Continuity) => got.push([result, missed, reason]);
    const iterator = tab.messages("room", { onContinuity })[Symbol.asyncIterator]();
    tab.watch("room", { onContinuity: ({ result }) => told.push(result) });
    await world.advance(50);
    await publish(world, 1_200);
    world.store.trim("room", 1_150);
    const first = collect(iterator, 1_000);
    await world.advance(0);
    got.push(...first);
    await world.advance(1_000);
    await publish(world, 1);
    got.push(...(await drain(iterator, world, 1)));
    expect(got).toEqual([...run(1, 1_000), ["lost", 200, "trimmed"], 1_201]);
    expect(told).toEqual([]);
  });

  it("is given the snapshot with what it missed, where there is one", async () => {
    const { world, tab } = await living({
      server: {
        snapshot: async (channel) => {
          const { epoch, seq, tail } = await world.store.head(channel);
          return { state: { upTo: seq }, cursor: { epoch, seq, tail } };
        },
      },
    });
    count = 0;
    const got: unknown[] = [];
    const iterator = tab
      .messages("room", { onContinuity: ({ result, reason, state }) => got.push([result, reason, state]) })
      [Symbol.asyncIterator]();
    await world.advance(50);
    await publish(world, 1_200);
    world.store.trim("room", 1_150);
    for (let left = 1_000; left > 0; left--) await iterator.next();
    await world.advance(1_000);
    await publish(world, 1);
    expect(await drain(iterator, world, 1)).toEqual([1_201]);
    expect(got).toEqual([["snapshot", "trimmed", { upTo: 1_200 }]]);
  });

  it("throws FORBIDDEN once when the channel may not be read, then is over", async () => {
    const { world, tab } = await living({ server: { authorize: ({ channel }) => channel !== "room" } });
    const seen: unknown[] = [];
    const iterator = tab
      .messages("room", { onContinuity: ({ result }) => seen.push(result) })
      [Symbol.asyncIterator]();
    const refused = expect(iterator.next()).rejects.toMatchObject({ code: "FORBIDDEN" });
    await world.advance(50);
    await refused;
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(seen).toEqual(["denied"]);
    await expect(tab.messages("\n")[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "INVALID_NAME",
    });
  });

  it.each(["signal", "return", "throw", "dispose"] as const)(
    "%s ends what waits and leaves nothing",
    async (how) => {
      const { world, tab } = await living();
      const abort = new AbortController();
      const removed = vi.spyOn(abort.signal, "removeEventListener");
      const iterator = tab.messages("room", { signal: abort.signal })[Symbol.asyncIterator]();
      const next = [iterator.next(), iterator.next()];
      await world.advance(50);
      const mine = new Error("mine");
      if (how === "signal") abort.abort();
      else if (how === "return") await iterator.return?.();
      else if (how === "throw") await expect(iterator.throw?.(mine)).rejects.toBe(mine);
      else await tab.dispose();
      expect(await Promise.all(next)).toEqual([
        { done: true, value: undefined },
        { done: true, value: undefined },
      ]);
      expect(await iterator.next()).toMatchObject({ done: true });
      expect(removed).toHaveBeenCalledWith("abort", expect.any(Function));
      await world.advance(2_000);
      if (how !== "dispose")
        expect(
          tab
            .sockets()[0]
            ?.frames()
            .map(({ t }) => t),
        ).toContain("unsub");
      await tab.dispose();
      expect(tab.page.clock.timers()).toBe(0);
    },
  );

  it("a loop that breaks lets go; another loop is another subscription; after dispose() there is none", async () => {
    const { world, tab } = await living();
    count = 0;
    const messages = tab.messages("room");
    for (let round = 0; round < 2; round++) {
      const done = (async () => {
        for await (const { data } of messages) return data;
      })();
      await world.advance(50);
      await publish(world, 2);
      expect(await done).toBe(round * 2 + 1);
    }
    await tab.dispose();
    for await (const message of messages) expect(message).toBe("never");
    const gone = new AbortController();
    gone.abort();
    for await (const message of tab.messages("room", { signal: gone.signal })) expect(message).toBe("never");
  });

  it("holds as many as its option says, one at least; what is no number is refused at once", async () => {
    const { world, tab } = await living();
    count = 0;
    const ends = [0, 1, 2.5].map((capacity) => tab.messages("room", { capacity })[Symbol.asyncIterator]());
    await world.advance(50);
    await publish(world, 6);
    const all = ends.map((iterator) => collect(iterator, 6));
    await world.advance(1_000);
    expect(all).toEqual([run(1, 6), run(1, 6), run(1, 6)]);
    const odd = tab.messages("room", { capacity: NaN });
    expect(() => odd[Symbol.asyncIterator]()).toThrow("[INVALID_OPTION]");
    expect(() => tab.backlog("room", () => undefined, { capacity: -1 })).toThrow("[INVALID_OPTION]");
  });

  it("reads on when nothing but continuities made room", async () => {
    const { world, tab } = await living();
    count = 0;
    const iterator = tab.messages("room", { capacity: 1 })[Symbol.asyncIterator]();
    await world.advance(50);
    world.network.cut();
    await world.advance(5_000);
    await publish(world, 3);
    expect(await drain(iterator, world, 3)).toEqual([1, 2, 3]);
  });

  it("filters before it counts, and survives handlers that throw (fault 44)", async () => {
    const { world, tab } = await living();
    count = 0;
    const iterator = tab
      .messages("room", {
        filter: ({ data }) => (data as number) % 1_000 === 0,
        onContinuity: () => {
          throw new Error("mine");
        },
      })
      [Symbol.asyncIterator]();
    await world.advance(50);
    await publish(world, 3_000);
    expect(await drain(iterator, world, 3)).toEqual([1_000, 2_000, 3_000]);
    expect(reads(tab)).toBe(0);
    const next = iterator.next();
    world.network.cut();
    await world.advance(5_000);
    count = 3_999;
    await publish(world, 1);
    expect(await next).toMatchObject({ value: { data: 4_000 } });
    expect(tab.record.errors).toMatchObject([{ code: "HANDLER_THREW" }]);
  });

  it("in plain mode, what does not fit is told as lost: there is nowhere to read it again (I8)", async () => {
    const { createClient, plainProtocol } = await import("../../src/entry/core.ts");
    const world = createWorld({ server: false, latencyMs: 0 });
    const tab = world.openTab({ protocol: plainProtocol() });
    expect(createClient).toBeTypeOf("function");
    const got: unknown[] = [];
    const iterator = tab
      .messages("default", {
        onContinuity: ({ result, missed, reason }) => got.push([result, missed, reason]),
      })
      [Symbol.asyncIterator]();
    tab.connect();
    tab.sockets()[0]!.open();
    await world.advance(1);
    for (let n = 1; n <= 1_003; n++) tab.sockets()[0]!.receive(String(n));
    await world.advance(1);
    expect(await drain(iterator, world, 1_000)).toEqual(run(1, 1_000));
    tab.sockets()[0]!.receive("1004");
    expect(await drain(iterator, world, 1)).toEqual([1_004]);
    expect(got).toEqual([["lost", 3, "backlog_full"]]);
  });
});
