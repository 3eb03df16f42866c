import { afterEach, describe, expect, it } from "vitest";
import type { LogEvent } from "../../../src/server/store/LogStore.ts";
import type { Browser } from "../../../src/testing/browser.ts";
import { createWorld, type World } from "../../../src/testing/createWorld.ts";
import type { Tab, TabOptions } from "../../../src/testing/tab.ts";

let world: World;
let browser: Browser;
let log: () => unknown[];
afterEach(() => world.close());

const group = async (count: number, options: TabOptions = {}): Promise<Tab[]> => {
  world = createWorld();
  browser = world.openBrowser();
  const events: LogEvent[] = [];
  world.store.onCommit((committed) => events.push(...committed));
  log = () => events.map(({ d }) => JSON.parse(d) as unknown);
  const tabs = Array.from({ length: count }, () =>
    browser.openTab({ durable: true, identity: "ada", app: (boot) => boot.connect(), ...options }),
  );
  await world.runUntil(() => tabs.every((tab) => tab.state.get().name === "connected"), 10_000);
  return tabs;
};

describe("tabs that share a connection and store their outbox", () => {
  it("send from a follower too: it is told for whom its messages are stored", async () => {
    const [, follower] = (await group(2)) as [Tab, Tab];
    const receipt = follower.send("from a follower", { channel: "c" });
    await world.advance(500);
    expect(receipt.status.get().kind).toBe("acked");
    expect(log()).toEqual(["from a follower"]);
    expect(browser.profile.stored().rows).toEqual([]);
  });

  it("deliver once and in order what tabs left that were killed in turn, leader first (fault 22)", async () => {
    const [leader, follower] = (await group(2)) as [Tab, Tab];
    for (let n = 1; n <= 20; n++) for (const tab of [leader, follower]) tab.send(n, { channel: tab.id });
    await world.advance(4);
    leader.crash();
    await world.advance(5_000);
    leader.reload();
    await world.advance(10_000);
    expect(log()).toHaveLength(40);
    expect(browser.profile.stored().rows).toEqual([]);
  });

  it("† send what a tab left that never comes back, under its own numbers, when it was gone for half a minute", async () => {
    const [leader, follower] = (await group(2)) as [Tab, Tab];
    world.crashServer();
    for (let n = 1; n <= 5; n++) follower.send(n, { channel: "c" });
    await world.advance(50);
    follower.crash();
    world.startServer();
    await world.advance(25_000);
    expect(log()).toEqual([]);
    await world.advance(60_000);
    expect(log()).toEqual([1, 2, 3, 4, 5]);
    expect(leader.record.settled).toHaveLength(5);
    expect(browser.profile.stored().rows).toEqual([]);
  });

  it("send what many tabs left one after the other, without a wait in between", async () => {
    const [, ...others] = (await group(9)) as [Tab, ...Tab[]];
    world.crashServer();
    await world.advance(50);
    for (const tab of others) for (let n = 1; n <= 60; n++) tab.send(n, { channel: tab.id });
    await world.advance(50);
    for (const tab of others) tab.crash();
    world.startServer();
    await world.advance(45_000);
    expect(log()).toHaveLength(others.length * 60);
    expect(browser.profile.stored().rows).toEqual([]);
  });
});
