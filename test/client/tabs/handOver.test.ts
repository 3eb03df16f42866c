import { afterEach, describe, expect, it } from "vitest";
import type { Browser } from "../../../src/testing/browser.ts";
import type { OriginLacks } from "../../../src/testing/origin.ts";
import { createWorld, type World } from "../../../src/testing/createWorld.ts";
import type { Tab, TabOptions } from "../../../src/testing/tab.ts";

let world: World;
let browser: Browser;
afterEach(() => world.close());

const roles = (tabs: readonly Tab[]): string[] => tabs.map((tab) => tab.tabs.get().role);
const leads = (tab: Tab): boolean => tab.tabs.get().role === "leader";

/** Three tabs of a phone that have found each other; the first leads. */
const group = async (options: TabOptions = {}, lacks: OriginLacks = {}): Promise<[Tab, Tab, Tab]> => {
  world = createWorld();
  browser = world.openBrowser(lacks);
  const tabs: Tab[] = [];
  for (let i = 0; i < 3; i++) {
    tabs.push(browser.openTab({ touch: true, app: (boot) => boot.connect(), ...options }));
    await world.advance(500);
  }
  await world.runUntil(() => tabs.every((tab) => tab.state.get().name === "connected"));
  expect(roles(tabs)).toEqual(["leader", "follower", "follower"]);
  return tabs as [Tab, Tab, Tab];
};

const rungs: readonly (readonly [string, TabOptions, OriginLacks])[] = [
  ["locks", {}, {}],
  ["lease", {}, { locks: "absent" }],
  ["storage", { tabs: { election: "storage" } }, {}],
];

describe.each(rungs)("a leader of a touch device on %s", (_, options, lacks) => {
  it("that is hidden for 30 s hands over to the tab that is shown, and nothing of anybody's is lost, repeated or reordered (fault 21)", async () => {
    const tabs = await group(options, lacks);
    const [first, second, third] = tabs;
    const watch = third.watch("room");
    await world.advance(500);
    first.hide();
    second.hide();
    await world.advance(29_900);
    expect(leads(first)).toBe(true);
    let sent = 0;
    while (!leads(third) && sent < 2_000) {
      for (const [i, tab] of tabs.entries()) tab.send(`${i}:${sent}`, { channel: "room" });
      sent++;
      await world.advance(2);
    }
    expect(roles(tabs)).toEqual(["follower", "follower", "leader"]);
    await world.advance(5_000);
    for (const i of [0, 1, 2])
      expect(watch.data().filter((data) => String(data).startsWith(`${i}:`))).toEqual(
        Array.from({ length: sent }, (_, n) => `${i}:${n}`),
      );
    for (const { record, outbox } of tabs) {
      expect(record.settled.every(({ settlement }) => settlement.kind === "acked")).toBe(true);
      expect(outbox.state.get().depth).toBe(0);
    }
    expect(world.network.live()).toHaveLength(1);
    expect(world.sockets).toHaveLength(2);
  });
});

it("a leader that nobody looks at goes on where nobody looks at any other, and hands over once somebody does", async () => {
  const tabs = await group();
  for (const tab of tabs) tab.hide();
  await world.advance(600_000);
  expect(roles(tabs)).toEqual(["leader", "follower", "follower"]);
  tabs[1].show();
  await world.advance(2_500);
  expect(roles(tabs)).toEqual(["follower", "leader", "follower"]);
});

it("a hidden leader of a desktop goes on, while its connection holds", async () => {
  const tabs = await group({ touch: false });
  tabs[0].hide();
  await world.advance(3_600_000);
  expect(roles(tabs)).toEqual(["leader", "follower", "follower"]);
  expect(world.sockets).toHaveLength(1);
});

it("a hidden leader whose second attempt failed lets the tab try that is shown, which goes on with its schedule (fault 31)", async () => {
  const tabs = await group({ touch: false });
  tabs[0].hide();
  tabs[1].hide();
  await world.advance(1_000);
  world.crashServer();
  await world.runUntil(() => leads(tabs[2]), 120_000);
  const dials = world.sockets.length;
  expect(dials).toBe(3);
  const state = tabs[2].state.get();
  expect(state).toMatchObject({ name: "reconnecting", attempt: 3 });
  world.restartServer();
  await world.runUntil(() => tabs.every((tab) => tab.state.get().name === "connected"), 120_000);
  expect(roles(tabs)).toEqual(["follower", "follower", "leader"]);
});

it("a page that is shown and stuck is not asked to lead", async () => {
  const tabs = await group();
  tabs[0].hide();
  tabs[1].hide();
  tabs[2].hang();
  await world.advance(120_000);
  expect(leads(tabs[0])).toBe(true);
  expect(world.sockets).toHaveLength(1);
});
