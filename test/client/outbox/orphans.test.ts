import { describe, expect, it } from "vitest";
import { createWorld } from "../../../src/testing/createWorld.ts";
import { ada, online, scene, send } from "./scene.ts";

describe("what a dead tab left", () => {
  it("is sent by another once its lock has been free for 30 s, under its own numbers, once", async () => {
    const { world, browser, tab, log, stored } = scene();
    const other = browser.openTab(ada);
    other.connect();
    await world.advance(1_000);
    send(tab, 1, 2, 3);
    await world.advance(60_000);
    tab.crash();
    await world.advance(25_000);
    expect([log(), stored().rows.length]).toEqual([[], 3]);
    await world.advance(30_000);
    expect([log(), stored().rows]).toEqual([[1, 2, 3], []]);
    expect(stored().verdicts.map(({ n }) => n)).toEqual([1, 2, 3]);
    await world.close();
  });

  it("† keeps its numbers when the server lost its log: adopted messages are uncertain, never numbered anew", async () => {
    const { world, browser, tab, log, stored } = await online();
    send(tab, "answered");
    await world.advance(1_000);
    world.network.stall("up");
    send(tab, "left");
    await world.advance(50);
    tab.crash();
    world.crashServer();
    world.store.wipe();
    world.network.resume();
    world.startServer();
    const before = stored().producers.length;
    const other = browser.openTab(ada);
    other.connect();
    await world.advance(120_000);
    expect(log()).toEqual(["answered"]);
    expect(stored()).toMatchObject({ rows: [], verdicts: [{ n: 2, settlement: '{"kind":"uncertain"}' }] });
    expect(stored().producers).toHaveLength(before);
    expect(other.record.settled).toMatchObject([{ settlement: { kind: "uncertain" } }]);
    await world.close();
  });

  it("comes a hundred at a time, and leaves room for what the tab itself has to send", async () => {
    const { world, browser, tab, log, stored } = scene(
      {},
      { server: { limits: { messagesPerSecond: 1e6 } } },
    );
    send(tab, ...Array.from({ length: 250 }, (_, i) => i));
    await world.advance(100);
    tab.crash();
    const other = browser.openTab(ada);
    other.connect();
    let most = 0;
    await world.runUntil(() => {
      most = Math.max(most, other.outbox.state.get().depth);
      return log().length === 250;
    }, 300_000);
    expect(log()).toEqual(Array.from({ length: 250 }, (_, i) => i));
    expect(most).toBe(100);
    await world.advance(1_000);
    expect(stored().rows).toEqual([]);
    await world.close();
  });

  it("is sent in the order of the pages that left it", async () => {
    const { world, browser, tab, log } = scene();
    send(tab, "first page");
    await world.advance(100);
    tab.reload();
    world.crashServer();
    tab.retain();
    send(tab, "second page");
    await world.advance(5_000);
    tab.crash();
    world.startServer();
    const other = browser.openTab(ada);
    other.connect();
    await world.advance(120_000);
    expect(log()).toEqual(["first page", "second page"]);
    await world.close();
  });

  it("waits for what came before it, also when that is not for this tab to send", async () => {
    const version = (n: number) => ({ ...ada, outbox: { version: n } });
    const world = createWorld();
    const browser = world.openBrowser();
    const log: string[] = [];
    world.store.onCommit((events) => log.push(...events.map(({ d }) => d)));
    const tab = browser.openTab((boot) => version(3 - boot));
    send(tab, "of a newer version");
    await world.advance(100);
    tab.reload();
    send(tab, "after it");
    await world.advance(100);
    tab.crash();
    const older = browser.openTab(version(1));
    older.connect();
    await world.advance(120_000);
    expect(log).toEqual([]);
    const newer = browser.openTab(version(2));
    newer.connect();
    await world.advance(240_000);
    expect(log).toEqual(['"of a newer version"', '"after it"']);
    await world.close();
  });

  it("is forgotten after a day, with the verdicts that were kept for its page", async () => {
    const { world, browser, tab, stored } = await online();
    send(tab, 1);
    await world.advance(1_000);
    tab.crash();
    const other = browser.openTab(ada);
    other.connect();
    await world.advance(60_000);
    expect(stored().producers).toHaveLength(1);
    world.clock.jump(25 * 3_600_000);
    await world.advance(120_000);
    expect(stored()).toMatchObject({ producers: [], counters: [], verdicts: [] });
    await world.close();
  });

  it("older than the outbox lives is uncertain, and gone", async () => {
    const { world, browser, tab, log, stored } = scene();
    send(tab, "old");
    await world.advance(100);
    tab.crash();
    world.clock.jump(8 * 24 * 3_600_000);
    const other = browser.openTab(ada);
    other.connect();
    await world.advance(120_000);
    expect([log(), stored().rows]).toEqual([[], []]);
    expect(other.record.settled).toMatchObject([{ settlement: { kind: "uncertain" } }]);
    await world.close();
  });
});
