import { describe, expect, it } from "vitest";
import type { LogEvent } from "../../../src/server/store/LogStore.ts";
import type { Browser } from "../../../src/testing/browser.ts";
import { createWorld, type WorldOptions } from "../../../src/testing/createWorld.ts";
import type { TabOptions } from "../../../src/testing/tab.ts";

const durable: TabOptions = { durable: true, identity: "ada", tabs: { election: "solo" } };

const scene = (options: WorldOptions = {}, tabOptions: TabOptions = {}) => {
  const world = createWorld(options);
  const browser: Browser = world.openBrowser();
  const tab = browser.openTab({ ...durable, ...tabOptions });
  const events: LogEvent[] = [];
  world.store.onCommit((committed) => events.push(...committed));
  /** What was appended, in order. */
  const log = (channel = "c"): unknown[] =>
    events.filter((event) => event.channel === channel).map(({ d }) => JSON.parse(d) as unknown);
  return { world, browser, tab, log };
};

describe("an outbox that is stored", () => {
  it("commits a message, transmits it, and removes it with its verdict", async () => {
    const { world, browser, tab, log } = scene();
    tab.connect();
    await world.advance(1_000);
    const receipt = tab.send("hello", { channel: "c" });
    await world.advance(2);
    expect(browser.profile.stored().rows).toMatchObject([{ channel: "c", n: 1, body: '"hello"' }]);
    expect(tab.outbox.state.get()).toMatchObject({ depth: 1, durability: "indexeddb" });
    await world.advance(1_000);
    expect(await receipt.settled).toMatchObject({ kind: "acked", seq: 1 });
    expect(log()).toEqual(["hello"]);
    expect(browser.profile.stored()).toMatchObject({ rows: [], counters: [{ next: 2, answered: 1 }] });
    await world.close();
  });

  it("† delivers once what was in mid-flight when the page was reloaded (fault 23)", async () => {
    const { world, browser, tab, log } = scene();
    tab.connect();
    await world.advance(1_000);
    for (let i = 1; i <= 5; i++) tab.send(i, { channel: "c" });
    await world.advance(4);
    tab.reload();
    tab.connect();
    tab.send(6, { channel: "c" });
    await world.advance(5_000);
    expect(log()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(browser.profile.stored().rows).toEqual([]);
    expect(tab.record.settled.map(({ settlement }) => settlement.kind)).toEqual(Array(6).fill("acked"));
    await world.close();
  });
});
