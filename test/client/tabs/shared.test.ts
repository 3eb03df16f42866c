import { afterEach, describe, expect, it } from "vitest";
import type { Boot } from "../../../src/testing/boot.ts";
import type { Browser } from "../../../src/testing/browser.ts";
import { createWorld, type World, type WorldOptions } from "../../../src/testing/createWorld.ts";
import type { Tab, TabOptions } from "../../../src/testing/tab.ts";

let world: World;
let browser: Browser;
afterEach(() => world.close());

const connected = (tab: Tab): boolean => tab.state.get().name === "connected";
const live = (): number => world.network.live().length;

/** Tabs of one browser that have found each other; the first leads. */
const group = async (count: number, options: TabOptions = {}, setting: WorldOptions = {}): Promise<Tab[]> => {
  world = createWorld(setting);
  browser = world.openBrowser();
  const tabs: Tab[] = [];
  for (let i = 0; i < count; i++) {
    tabs.push(browser.openTab({ app: (boot: Boot) => boot.connect(), ...options }));
    await world.advance(200);
  }
  await world.runUntil(() => tabs.every(connected), 10_000);
  return tabs;
};
const roles = (tabs: readonly Tab[]): string[] => tabs.map((tab) => tab.tabs.get().role);

describe("tabs of one origin", () => {
  it("share one socket: what one sends, all see once, in order", async () => {
    const tabs = await group(3);
    const watches = tabs.map((tab) => tab.watch("room"));
    await world.advance(100);
    expect(tabs.map((tab) => tab.tabs.get())).toEqual([
      { role: "leader", rung: "locks", term: 1 },
      { role: "follower", rung: "locks", term: 1 },
      { role: "follower", rung: "locks", term: 1 },
    ]);
    expect(world.sockets).toHaveLength(1);
    const receipts = tabs.flatMap((tab, i) => [1, 2].map((n) => tab.send(`${i}:${n}`, { channel: "room" })));
    await world.advance(1_000);
    expect(receipts.map(({ status }) => status.get().kind)).toEqual(receipts.map(() => "acked"));
    const [first] = watches;
    expect(first?.data()).toHaveLength(6);
    for (const watch of watches) expect(watch.data()).toEqual(first?.data());
  });

  it("show the same connection all the time: tabs that come and go are no news of it", async () => {
    const [, follower] = (await group(2)) as [Tab, Tab];
    const told: unknown[] = [];
    follower.state.subscribe(() => told.push(follower.state.get()));
    for (let i = 0; i < 3; i++) {
      follower.hang();
      const other = browser.openTab({ app: (boot) => boot.connect() });
      await world.advance(700);
      follower.unhang();
      other.close();
      await world.advance(700);
    }
    expect(told).toEqual([]);
  });

  it.each(["close", "crash", "navigate", "freeze", "reload"] as const)(
    "go on when the leader is gone by %s, and lose, repeat and reorder nothing",
    async (how) => {
      const tabs = await group(3);
      const [leader, ...others] = tabs as [Tab, Tab, Tab];
      const watches = others.map((tab) => tab.watch("room"));
      await world.advance(100);
      const receipts = others.flatMap((tab, i) =>
        Array.from({ length: 50 }, (_, n) => tab.send(`${i}:${n}`, { channel: "room" })),
      );
      await world.advance(12);
      leader[how]();
      await world.advance(5_000);
      expect(receipts.map(({ status }) => status.get().kind)).toEqual(receipts.map(() => "acked"));
      for (const watch of watches) {
        expect(watch.data()).toHaveLength(100);
        for (const i of [0, 1])
          expect(watch.data().filter((data) => String(data).startsWith(`${i}:`))).toEqual(
            Array.from({ length: 50 }, (_, n) => `${i}:${n}`),
          );
      }
      expect(live()).toBe(1);
      expect(roles(others).filter((role) => role === "leader")).toHaveLength(1);
    },
  );

  it("leave a way that carries no more, each for itself, and what was on it arrives", async () => {
    for (const sender of [0, 1]) {
      world = createWorld();
      browser = world.openBrowser({ locks: "absent", bus: "absent", storage: "full" });
      const tabs = [0, 1].map(() => browser.openTab({ app: (boot) => boot.connect() }));
      await world.runUntil(() => tabs.every(connected), 10_000);
      const watches = tabs.map((tab) => tab.watch("room"));
      await world.advance(1_000);
      expect(roles(tabs)).toEqual(["leader", "follower"]);
      const long = "x".repeat(8_000);
      const receipt = tabs[sender]!.send(long, { channel: "room" });
      await world.advance(10_000);
      expect(receipt.status.get().kind).toBe("acked");
      for (const watch of watches) expect(watch.data()).toEqual([long]);
      expect(roles(tabs)).toContain("solo");
      expect(tabs.every(connected)).toBe(true);
      if (sender === 0) await world.close();
    }
  });

  it("show no step from a state to the same", async () => {
    const tabs = await group(2);
    tabs[0]?.crash();
    await world.advance(5_000);
    for (const { record } of tabs)
      expect(record.transitions.filter(({ from, to }) => from.name === to.name)).toEqual([]);
  });

  it("rob a leader that hangs without a word, and it follows when it comes back (fault 26)", async () => {
    const [leader, other] = (await group(2)) as [Tab, Tab];
    leader.hang();
    const receipt = other.send("are you there?");
    await world.advance(5_000);
    expect(receipt.status.get().kind).toBe("acked");
    leader.unhang();
    await world.advance(5_000);
    expect(roles([leader, other])).toEqual(["follower", "leader"]);
    expect(connected(leader)).toBe(true);
    expect(live()).toBe(1);
  });

  it("join a leader again that lost its place in its sleep and leads anew: it has forgotten who followed (fault 26)", async () => {
    const options: TabOptions = { app: (boot) => boot.connect(), tabs: { election: "lease" } };
    const [sleeper] = (await group(1, options)) as [Tab];
    await world.advance(10_000);
    world.network.refuse(true);
    world.network.cut();
    await world.advance(100);
    sleeper.hang();
    const other = browser.openTab(options);
    await world.advance(1_000);
    expect(roles([other])).toEqual(["leader"]);
    other.crash();
    world.network.refuse(false);
    await world.advance(20_000);
    const newcomer = browser.openTab(options);
    sleeper.unhang();
    await world.advance(10_000);
    expect(roles([sleeper, newcomer])).toEqual(["leader", "follower"]);
    expect(connected(newcomer)).toBe(true);
    expect(live()).toBe(1);
  });

  it("rob it as fast when they begin to send right after it was asked for a sign of life (fault 22)", async () => {
    const [leader, other] = (await group(2)) as [Tab, Tab];
    other.watch("room");
    await world.advance(500);
    leader.hang();
    other.send("are you there?");
    const before = world.clock.nowMs();
    await world.runUntil(() => other.tabs.get().role === "leader", 10_000);
    expect(world.clock.nowMs() - before).toBeLessThan(3_000);
  });

  it("show every tab the same wait for the next attempt, each by its own clock", async () => {
    const tabs = await group(2);
    world.crashServer();
    await world.runUntil(() => tabs.every((tab) => tab.state.get().name === "reconnecting"));
    await world.advance(2_000);
    await world.runUntil(() => tabs[0]?.state.get().name === "reconnecting");
    await world.advance(2);
    const [a, b] = tabs.map((tab) => tab.state.get());
    expect(b).toMatchObject({ name: "reconnecting", attempt: (a as { attempt: number }).attempt });
    const at = tabs.map((tab) => {
      const state = tab.state.get();
      return state.name === "reconnecting" ? state.retryAt - tab.page.clock.wallMs() : NaN;
    });
    expect(Math.abs((at[0] as number) - (at[1] as number))).toBeLessThan(5);
  });

  it("go on with one backoff schedule when leaders die in turn during an outage (fault 31)", async () => {
    const dialsOf = async (crashes: boolean): Promise<number> => {
      const tabs = await group(6);
      world.crashServer();
      const before = world.sockets.length;
      for (let i = 0; i < 5; i++) {
        await world.advance(12_000);
        if (crashes) tabs[i]?.crash();
      }
      return world.sockets.length - before;
    };
    const quiet = await dialsOf(false);
    await world.close();
    const crashing = await dialsOf(true);
    // A leader that died in the midst of an attempt leaves it to the next: one more dial a death at most.
    expect(crashing).toBeLessThanOrEqual(quiet + 5);
  });

  it("let one tab leave by disconnect() while the others keep the connection", async () => {
    const tabs = await group(3);
    tabs[0]?.disconnect();
    await world.advance(1_000);
    expect(tabs.map((tab) => tab.state.get().name)).toEqual(["disconnected", "connected", "connected"]);
    expect(live()).toBe(1);
    tabs[0]?.connect();
    await world.advance(1_000);
    expect(tabs.every(connected)).toBe(true);
    expect(live()).toBe(1);
  });

  it("act on reconnect() of any of them", async () => {
    const tabs = await group(2);
    tabs[1]?.reconnect();
    await world.advance(1_000);
    expect(world.sockets).toHaveLength(2);
    expect(live()).toBe(1);
    expect(tabs.every(connected)).toBe(true);
  });

  it("answer a late subscriber as the server would, without asking it where the ring reaches", async () => {
    const [leader, other] = (await group(2)) as [Tab, Tab];
    leader.watch("room", { since: { last: 0 } });
    await world.advance(100);
    for (let n = 1; n <= 20; n++) leader.send(n, { channel: "room" });
    await world.advance(500);
    const said = world.sockets[0]?.sent.length;
    const watch = other.watch("room", { since: { last: 5 } });
    await world.advance(500);
    expect(watch.data()).toEqual([16, 17, 18, 19, 20]);
    expect(world.sockets[0]?.sent.length).toBe(said);
    leader.send(21, { channel: "room" });
    await world.advance(500);
    expect(watch.data()).toEqual([16, 17, 18, 19, 20, 21]);
  });

  it("read from the server for a tab that is further behind than the ring", async () => {
    const [leader, other] = (await group(2)) as [Tab, Tab];
    leader.watch("room");
    await world.advance(100);
    const watch = other.watch("room");
    await world.advance(100);
    leader.send("first", { channel: "room" });
    await world.advance(100);
    other.freeze();
    for (let n = 0; n < 3_000; n++) {
      leader.send(n, { channel: "room" });
      if (n % 500 === 499) await world.advance(6_000);
    }
    await world.advance(30_000);
    other.resume();
    await world.advance(5_000);
    expect(watch.data()).toEqual(["first", ...Array.from({ length: 3_000 }, (_, n) => n)]);
    expect(watch.continuity.map(({ result }) => result)).toEqual(["replayed"]);
  });

  it("stop posting to a page that runs nothing, and fill its gap when it wakes (fault 36)", async () => {
    const [leader, other] = (await group(2)) as [Tab, Tab];
    const watch = other.watch("room");
    leader.watch("room");
    await world.advance(100);
    other.hang();
    for (let n = 0; n < 30; n++) {
      leader.send(n, { channel: "room" });
      await world.advance(1_000);
    }
    other.unhang();
    await world.advance(5_000);
    expect(watch.data()).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  it("† post no more to a page that is frozen without a word, though its handlers run (fault 36)", async () => {
    const [leader, other] = (await group(2)) as [Tab, Tab];
    const watch = other.watch("room");
    await world.advance(100);
    other.page.freeze();
    for (let n = 0; n < 60; n++) {
      leader.send(n, { channel: "room" });
      await world.advance(1_000);
    }
    expect(watch.data().length).toBeLessThan(10);
    other.page.thaw();
    await world.advance(5_000);
    expect(watch.data()).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  it("† leave a cached page alone: it listens to nothing, and comes back as it was (fault 24)", async () => {
    const [leader, other, third] = (await group(3)) as [Tab, Tab, Tab];
    third.watch("room");
    other.navigate();
    await world.advance(1_000);
    for (let n = 0; n < 5; n++) {
      leader.send(n, { channel: "room" });
      await world.advance(1_000);
    }
    other.back();
    await world.advance(1_000);
    expect(other.boots).toHaveLength(1);
    expect(connected(other)).toBe(true);
  });

  it("† wait on for the attempt that a leader had planned which is gone (fault 31)", async () => {
    const [leader, other] = (await group(2)) as [Tab, Tab];
    world.crashServer();
    const waitsLong = (): boolean => {
      const state = other.state.get();
      return state.name === "reconnecting" && state.retryAt - other.page.clock.wallMs() > 5_000;
    };
    expect(await world.runUntil(waitsLong, 600_000)).toBe(true);
    const [dials, planned] = [world.sockets.length, other.state.get()];
    leader.close();
    await world.runUntil(() => other.tabs.get().role === "leader");
    await world.advance(2_000);
    expect(world.sockets).toHaveLength(dials);
    expect(other.state.get()).toMatchObject({
      name: "reconnecting",
      attempt: (planned as { attempt: number }).attempt,
    });
  });

  it("pile up nothing in a frozen page, which hears what is posted to the others (fault 36)", async () => {
    const [leader, other, frozen] = (await group(3)) as [Tab, Tab, Tab];
    other.watch("c");
    frozen.page.freeze();
    for (let i = 0; i < 100; i++) {
      leader.send(i, { channel: "c" });
      await world.advance(200);
    }
    expect(frozen.page.clock.held()).toBeLessThan(5);
    frozen.page.thaw();
    await world.advance(5_000);
    expect(connected(frozen)).toBe(true);
    await world.close();
  });

  it("hear each other's volatile messages, but not their own", async () => {
    const tabs = await group(2);
    const watches = tabs.map((tab) => tab.watch("room"));
    await world.advance(100);
    tabs[1]?.send("typing", { channel: "room", volatile: true });
    tabs[0]?.send("typing too", { channel: "room", volatile: true });
    await world.advance(100);
    expect(watches.map((watch) => watch.data())).toEqual([["typing"], ["typing too"]]);
  });

  it("ask, are answered and page back through the leader", async () => {
    const [, other] = (await group(
      2,
      {},
      {
        server: { onMessage: ({ payload }, context) => (context.reply({ echo: payload }), payload) },
      },
    )) as [Tab, Tab];
    const reply = other.request("hello");
    await world.advance(200);
    expect((await reply).data).toEqual({ echo: "hello" });
    const history = other.history("default", { limit: 10 });
    await world.advance(200);
    expect((await history).map(({ data }) => data)).toEqual(["hello"]);
  });

  it("ask each tab for its own sign-in, once, before all give up (fault 33)", async () => {
    world = createWorld({
      server: { authenticate: (token) => (token === "good" ? { subject: "u" } : null) },
    });
    browser = world.openBrowser();
    const asked: string[] = [];
    const tabs = ["bad", "worse", "good"].map((token) =>
      browser.openTab({
        app: (boot) => boot.connect(),
        auth: () => (asked.push(token), { token }),
      }),
    );
    await world.runUntil(() => tabs.every(connected), 20_000);
    expect(tabs.map((tab) => tab.state.get().name)).toEqual(["connected", "connected", "connected"]);
    expect(asked).toEqual(["bad", "worse", "good"]);
    expect(tabs[0]?.record.errors).toEqual([]);
  });

  it("give up together when no tab's sign-in is accepted, and try again together", async () => {
    let right = "nothing yet";
    world = createWorld({ server: { authenticate: (token) => (token === right ? { subject: "u" } : null) } });
    browser = world.openBrowser();
    const asked: string[] = [];
    const tabs = ["a", "b", "c"].map((token) =>
      browser.openTab({ app: (boot) => boot.connect(), auth: () => (asked.push(token), { token }) }),
    );
    await world.advance(20_000);
    expect(tabs.map((tab) => tab.state.get())).toMatchObject(
      tabs.map(() => ({ name: "failed", code: "UNAUTHORISED", recovery: { kind: "sign-in" } })),
    );
    expect(asked.toSorted()).toEqual(["a", "b", "c"]);
    right = "b";
    tabs[0]?.reconnect();
    await world.advance(20_000);
    expect(tabs.every(connected)).toBe(true);
  });

  it("keep users apart: another identity has another connection", async () => {
    world = createWorld();
    browser = world.openBrowser();
    const tabs = ["ann", "bob", "ann"].map((identity) =>
      browser.openTab({ app: (boot) => boot.connect(), identity }),
    );
    await world.runUntil(() => tabs.every(connected), 10_000);
    expect(live()).toBe(2);
  });

  it("know for whom they speak, so that what a follower stored is sent", async () => {
    const [leader, follower] = (await group(2, { durable: true, identity: "ada" })) as [Tab, Tab];
    const late = browser.openTab({ app: (boot) => boot.connect(), durable: true, identity: "ada" });
    await world.runUntil(() => connected(late), 10_000);
    const receipts = [leader, follower, late].map((tab) => tab.send("stored", { channel: "room" }));
    await world.advance(2_000);
    expect(receipts.map(({ status }) => status.get().kind)).toEqual(["acked", "acked", "acked"]);
  });

  it("send nothing of one user as another, whichever of them signs in anew (fault 67)", async () => {
    let token = "ann";
    world = createWorld({ server: { authenticate: (subject) => ({ subject: String(subject) }) } });
    browser = world.openBrowser();
    const tabs = [1, 2].map(() =>
      browser.openTab({ app: (boot) => boot.connect(), auth: () => ({ token }) }),
    );
    await world.runUntil(() => tabs.every(connected), 10_000);
    const watch = tabs[0]?.watch("room");
    await world.advance(1_000);
    world.network.cut();
    const receipts = tabs.map((tab) => tab.send("of ann", { channel: "room" }));
    token = "bob";
    await world.advance(10_000);
    expect(tabs.every(connected)).toBe(true);
    expect(receipts.map(({ status }) => status.get().kind)).toEqual(["uncertain", "uncertain"]);
    for (const tab of tabs) tab.send("of bob", { channel: "room" });
    await world.advance(2_000);
    expect(watch?.data()).toEqual(["of bob", "of bob"]);
  });

  it("let a tab that was opened later try its own sign-in when all others were refused", async () => {
    world = createWorld({
      server: { authenticate: (token) => (token === "good" ? { subject: "u" } : null) },
    });
    browser = world.openBrowser();
    const old = browser.openTab({ app: (boot) => boot.connect(), auth: () => ({ token: "old" }) });
    await world.advance(2_000);
    expect(old.state.get().name).toBe("failed");
    const fresh = browser.openTab({ app: (boot) => boot.connect(), auth: () => ({ token: "good" }) });
    await world.advance(2_000);
    expect([old, fresh].every(connected)).toBe(true);
  });

  it("serve a flood of one tab and a word of another in turn", async () => {
    const [leader, other] = (await group(2)) as [Tab, Tab];
    for (let n = 0; n < 900; n++) leader.send("x".repeat(2_000), { channel: "flood" });
    const word = other.send("a word", { channel: "room" });
    await world.runUntil(() => word.status.get().kind === "acked", 5_000);
    expect(leader.outbox.state.get().depth).toBeGreaterThan(0);
  });

  it("pause although a tab crashed that somebody looked at: it is asked for a sign of life (fault 22)", async () => {
    const [leader, other] = (await group(2, { pauseHiddenAfterMs: 1_000 })) as [Tab, Tab];
    leader.hide();
    await world.advance(120_000);
    expect(live()).toBe(1);
    other.crash();
    await world.advance(80_000);
    expect(live()).toBe(0);
    expect(leader.state.get()).toEqual({ name: "disconnected", reason: "suspended" });
  });

  it("pause when nobody looks at any of them, and come back for what a hidden one sends (fault 21)", async () => {
    const tabs = await group(2, { pauseHiddenAfterMs: 10_000 });
    for (const tab of tabs) tab.hide();
    await world.advance(60_000);
    expect(tabs.map((tab) => tab.state.get())).toEqual(
      tabs.map(() => ({ name: "disconnected", reason: "suspended" })),
    );
    for (const tab of tabs.toReversed()) {
      world.store.pace({ beforeCommitMs: 20_000 });
      const receipt = tab.send("from a timer");
      await world.advance(60_000);
      expect(receipt.status.get().kind).toBe("acked");
      await world.advance(60_000);
      expect(live()).toBe(0);
    }
    tabs[1]?.show();
    await world.advance(1_000);
    expect(tabs.every(connected)).toBe(true);
  });
});
