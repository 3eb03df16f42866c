import { afterEach, describe, expect, it } from "vitest";
import type { Receipt } from "../../../src/client/receipt.ts";
import type { LogEvent } from "../../../src/server/store/LogStore.ts";
import { createWorld, type World } from "../../../src/testing/createWorld.ts";
import type { Tab, TabOptions } from "../../../src/testing/tab.ts";

let world: World;
let log: () => unknown[];
afterEach(() => world.close());

const group = async (count: number, options: TabOptions = {}, seed = 1): Promise<Tab[]> => {
  world = createWorld({ seed });
  const browser = world.openBrowser();
  const events: LogEvent[] = [];
  world.store.onCommit((committed) => events.push(...committed));
  log = () => events.map(({ d }) => JSON.parse(d) as unknown);
  const tabs: Tab[] = [];
  for (let i = 0; i < count; i++) {
    tabs.push(browser.openTab({ ...options, app: (boot) => boot.connect() }));
    await world.advance(300);
  }
  return tabs;
};
const serverGone = (forMs: number): Promise<void> => {
  world.crashServer();
  return world.advance(forMs);
};
/** And everybody has had the time to connect, to be missed, and to be taken over. */
const serverBack = (): Promise<void> => {
  world.startServer();
  return world.advance(60_000);
};
const say = (tab: Tab | undefined, payload: unknown): Receipt => (tab as Tab).send(payload, { channel: "c" });
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe("a page that goes, with an outbox in memory", () => {
  it.each([
    ["the leader", 0],
    ["a follower", 1],
  ] as const)(
    "leaves what %s had not settled to the other tabs, which send it once and in order",
    async (_, who) => {
      const tabs = await group(3);
      const going = tabs[who] as Tab;
      for (const n of numbers(50)) say(going, n);
      await world.advance(3);
      going.close();
      await world.advance(5_000);
      expect(log()).toEqual(numbers(50));
      expect(tabs.map((tab) => tab.outbox.state.get().depth).filter((_, i) => i !== who)).toEqual([0, 0]);
    },
  );

  it.each(["close", "reload", "navigate", "freeze"] as const)(
    "leaves what it had not settled on %s, also when the leader knows it well",
    async (how) => {
      const [, follower] = (await group(2)) as [Tab, Tab];
      say(follower, "settled");
      await world.advance(1_000);
      await serverGone(100);
      say(follower, "left");
      await world.advance(10);
      follower[how]();
      await world.advance(1_000);
      await serverBack();
      expect(log()).toEqual(["settled", "left"]);
    },
  );

  it.each(["locks", "lease", "storage"] as const)(
    "leaves what never expires to tabs that share by %s",
    async (election) => {
      const tabs = await group(2, { tabs: { election }, outbox: { maxAgeMs: Infinity } });
      await world.advance(1_000);
      await serverGone(100);
      say(tabs[1], "for ever");
      await world.advance(10);
      tabs[1]?.close();
      await world.advance(1_000);
      await serverBack();
      expect(log()).toEqual(["for ever"]);
    },
  );

  it.each(["close", "disconnect", "dispose"] as const)(
    "leaves what it had inherited too, on %s: what it was sending, and what there was no room for",
    async (how) => {
      const [heir, first] = (await group(3, { outbox: { capacity: 40 } })) as [Tab, Tab, Tab];
      await serverGone(100);
      for (const n of numbers(40)) say(first, n);
      await world.advance(10);
      first.close();
      await world.advance(15_000);
      void heir[how]();
      await world.advance(15_000);
      await serverBack();
      expect(log()).toEqual(numbers(40));
    },
  );

  it("keeps what it had inherited when its app disconnects and nobody else is there", async () => {
    const [heir, first] = (await group(2)) as [Tab, Tab];
    await serverGone(100);
    say(first, "left");
    await world.advance(10);
    first.close();
    await world.advance(15_000);
    heir.disconnect();
    world.startServer();
    await world.advance(15_000);
    expect(log()).toEqual([]);
    heir.connect();
    await world.advance(15_000);
    expect(log()).toEqual(["left"]);
  });

  it("leaves it each time it goes, also to who has sent what it left before", async () => {
    const [, other, going] = (await group(3)) as [Tab, Tab, Tab];
    say(going, "first");
    await world.advance(1);
    going.navigate();
    await world.advance(1_000);
    say(other, "of another");
    await world.advance(1);
    other.close();
    await world.advance(1_000);
    going.back();
    await world.advance(1_000);
    await serverGone(1_000);
    say(going, "second");
    await world.advance(10);
    going.close();
    await world.advance(1_000);
    await serverBack();
    expect(log()).toEqual(["first", "of another", "second"]);
  });

  it("leaves it to who has sent what it left before, and does not know that it was back meanwhile", async () => {
    const [first, going, next] = (await group(3)) as [Tab, Tab, Tab];
    say(going, "first");
    await world.advance(1);
    going.navigate();
    await world.advance(1_000);
    first.freeze();
    await world.advance(1_000);
    going.back();
    await world.advance(1_000);
    first.resume();
    await world.advance(1_000);
    expect([first, next].map((tab) => tab.tabs.get().role)).toEqual(["follower", "leader"]);
    going.hide();
    next.close();
    await world.advance(100);
    await serverGone(1_000);
    say(going, "second");
    await world.advance(10);
    going.close();
    await world.advance(1_000);
    await serverBack();
    expect(log()).toEqual(["first", "second"]);
  });

  it.each(["crash", "hang"] as const)(
    "leaves it to whoever leads next when the leader is gone by %s, and nobody has noticed (fault 22)",
    async (how) => {
      const [leader, follower] = (await group(3)) as [Tab, Tab, Tab];
      leader[how]();
      say(follower, "left");
      await world.advance(5);
      follower.close();
      await world.advance(3_000);
      leader.crash();
      await world.advance(60_000);
      expect(log()).toEqual(["left"]);
    },
  );

  it("leaves it although nobody is connected: whoever leads next sends it", async () => {
    const tabs = await group(2);
    await serverGone(1_000);
    for (const n of numbers(5)) say(tabs[0], n);
    await world.advance(10);
    tabs[0]?.close();
    await world.advance(1_000);
    await serverBack();
    expect(log()).toEqual(numbers(5));
  });

  it.each(numbers(12))(
    "leaves it to whoever leads next, also to a page that was not there yet (seed %i)",
    async (seed) => {
      const [leader, hidden] = (await group(2, { tabs: { election: "lease" } }, seed)) as [Tab, Tab];
      hidden.hide();
      await serverGone(1_000);
      for (const n of numbers(5)) say(leader, n);
      await world.advance(10);
      leader.reload();
      await serverBack();
      expect(log()).toEqual(numbers(5));
    },
  );

  it("sends its own once it is back: what another page kept of it, frozen meanwhile, is nobody's any more", async () => {
    const [leader, heir, frozen] = (await group(3, { tabs: { election: "lease" } })) as [Tab, Tab, Tab];
    await serverGone(1_000);
    const receipts = numbers(5).map((n) => say(leader, n));
    await world.advance(10);
    heir.navigate();
    leader.navigate();
    await world.advance(50);
    frozen.freeze();
    heir.back();
    await world.advance(1_000);
    leader.back();
    await world.advance(1_000);
    frozen.resume();
    await world.advance(1_000);
    expect(heir.tabs.get().role).toBe("leader");
    expect(heir.outbox.state.get().depth).toBe(0);
    await serverBack();
    expect(log()).toEqual(numbers(5));
    expect(receipts.map(({ status }) => status.get().kind)).toEqual(receipts.map(() => "acked"));
  });

  it("wakes a connection that paused while nobody looked: who leads then goes on from the pause", async () => {
    const [leader, other] = (await group(2, { pauseHiddenAfterMs: 1_000 })) as [Tab, Tab];
    leader.hide();
    other.hide();
    await world.advance(5_000);
    expect(other.state.get().name).toBe("disconnected");
    say(leader, 1);
    await world.advance(3);
    leader.close();
    await world.advance(60_000);
    expect(other.record.errors).toEqual([]);
    expect(log()).toEqual([1]);
  });

  it("† finds its messages settled when it comes back from the cache: they were sent once", async () => {
    const [leader] = (await group(2)) as [Tab, Tab];
    const receipts = numbers(20).map((n) => say(leader, n));
    await world.advance(3);
    leader.navigate();
    await world.advance(30_000);
    expect(log()).toEqual(numbers(20));
    leader.back();
    await world.advance(5_000);
    expect(receipts.map(({ status }) => status.get().kind)).toEqual(receipts.map(() => "acked"));
    expect(log()).toEqual(numbers(20));
    say(leader, "more");
    await world.advance(1_000);
    expect(log()).toEqual([...numbers(20), "more"]);
  });

  it("keeps a message with a guard: only its page can ask it", async () => {
    const [leader] = (await group(2)) as [Tab, Tab];
    await serverGone(10);
    say(leader, 1);
    leader.send(2, { channel: "c", guard: () => false });
    say(leader, 3);
    leader.close();
    await world.advance(1_000);
    await serverBack();
    expect(log()).toEqual([1]);
  });

  it("sends a message with a guard itself when it comes back from the cache: nobody leaves out its number", async () => {
    const [leader] = (await group(2)) as [Tab, Tab];
    await serverGone(10);
    const receipts = numbers(3).map((n) =>
      leader.send(n, { channel: "c", ...(n === 2 && { guard: () => true }) }),
    );
    leader.navigate();
    await world.advance(1_000);
    await serverBack();
    expect(log()).toEqual([1]);
    leader.back();
    await world.advance(5_000);
    expect(log()).toEqual([1, 2, 3]);
    expect(receipts.map(({ status }) => status.get().kind)).toEqual(Array(3).fill("acked"));
  });

  it("is taken over as there is room for it: nobody holds more than its capacity, or is kept from sending its own", async () => {
    const tabs = await group(3, { outbox: { capacity: 4 } });
    const [heir, ...going] = tabs as [Tab, Tab, Tab];
    await serverGone(10);
    for (const tab of going) {
      for (const n of numbers(4)) say(tab, `${tab.id} ${n}`);
      tab.close();
    }
    await world.advance(100);
    expect(heir.outbox.state.get().depth).toBeLessThan(4);
    const own = say(heir, "own");
    let most = 0;
    world.startServer();
    await world.runUntil(() => (most = Math.max(most, heir.outbox.state.get().depth)) < 0, 60_000);
    expect(own.status.get().kind).toBe("acked");
    for (const { id } of going)
      expect(log().filter((text) => String(text).startsWith(id))).toEqual(
        numbers(4).map((n) => `${id} ${n}`),
      );
    expect(most).toBeLessThanOrEqual(4);
  });

  it("is told when it is more than a tab can keep (I4)", async () => {
    const [leader, next] = (await group(2, { outbox: { capacity: Infinity } })) as [Tab, Tab];
    const told: string[] = [];
    next.on("anomaly", ({ kind }) => told.push(kind));
    world.crashServer();
    for (let n = 0; n <= 10_000; n++) say(leader, n);
    leader.close();
    await world.advance(100);
    expect(told).toEqual(["will_dropped"]);
    expect(next.outbox.state.get().depth).toBe(0);
  });

  it("is told once, by who leads: the others only listen", async () => {
    const [leader, going, other] = (await group(3, { outbox: { capacity: Infinity } })) as [Tab, Tab, Tab];
    const told: string[] = [];
    for (const tab of [leader, other]) tab.on("anomaly", ({ kind }) => told.push(kind));
    world.network.stall("up");
    for (let n = 0; n <= 10_000; n++) say(going, n);
    going.close();
    await world.advance(100);
    expect(told).toEqual(["will_dropped"]);
  });

  it("reaches each next leader once, however many follow each other: tabs do not hand it round among themselves", async () => {
    const tabs = await group(4, { tabs: { election: "lease" } });
    const told: string[] = [];
    await serverGone(100);
    for (let i = 0; i < 10; i++) {
      const leader = tabs.find((tab) => tab.tabs.get().role === "leader") as Tab;
      for (const n of numbers(50)) say(leader, 50 * i + n);
      await world.advance(10);
      for (const tab of tabs) tab.on("anomaly", ({ kind }) => told.push(kind));
      leader.reload();
      await world.advance(1_000);
    }
    await serverBack();
    expect(told).toEqual([]);
    expect([...(log() as number[])].sort((a, b) => a - b)).toEqual(numbers(500));
  });

  it("leads all the same when what another page left makes no sense (S23)", async () => {
    const [leader, next] = (await group(2)) as [Tab, Tab];
    const told: string[] = [];
    next.on("anomaly", ({ kind }) => told.push(kind));
    leader.send({ n: 1 }, { channel: "c" });
    // A page of another version may leave anything: here a body that cannot be read.
    const parse = JSON.parse;
    JSON.parse = ((text: string, ...more: []) => {
      if (text === '{"n":1}') throw new SyntaxError("no JSON");
      return parse(text, ...more) as unknown;
    }) as typeof JSON.parse;
    try {
      leader.close();
      await world.advance(2_000);
    } finally {
      JSON.parse = parse;
    }
    expect(told).toEqual(["invalid_tab_message"]);
    expect(next.tabs.get().role).toBe("leader");
    expect(next.state.get().name).toBe("connected");
  });
});
