import { describe, expect, it } from "vitest";
import { createWorld } from "../../../src/testing/createWorld.ts";
import type { Tab } from "../../../src/testing/tab.ts";
import { ada, send } from "./scene.ts";

const listen = (tab: Tab): (readonly [unknown, boolean])[] => {
  const heard: (readonly [unknown, boolean])[] = [];
  tab.subscribe("c", ({ data, own }) => heard.push([data, own]));
  return heard;
};

describe("whether a message is a tab's own", () => {
  it("is true of what its earlier page left, and of no other tab's", async () => {
    const world = createWorld();
    const browser = world.openBrowser();
    const tab = browser.openTab(ada);
    const other = browser.openTab(ada);
    const others = listen(other);
    other.connect();
    send(tab, "left");
    await world.advance(100);
    tab.reload();
    const heard = listen(tab);
    tab.connect();
    await world.advance(10_000);
    send(tab, "sent");
    await world.advance(1_000);
    expect(heard).toEqual([
      ["left", true],
      ["sent", true],
    ]);
    expect(others.map(([, own]) => own)).toEqual([false, false]);
    await world.close();
  });

  it("is false of what another tab's page sends after it came back, in a copy of that tab that had taken over what it left", async () => {
    const world = createWorld();
    const browser = world.openBrowser();
    const tab = browser.openTab(ada);
    world.crashServer();
    tab.connect();
    send(tab, "before");
    await world.advance(100);
    tab.freeze();
    world.startServer();
    const copy = browser.duplicate(tab);
    const heard = listen(copy);
    copy.connect();
    await world.advance(10_000);
    tab.resume();
    await world.advance(5_000);
    send(tab, "after");
    await world.advance(1_000);
    expect(heard).toEqual([
      ["before", true],
      ["after", false],
    ]);
    await world.close();
  });
});
