import { describe, expect, it } from "vitest";
import { ada, online, scene, send } from "./scene.ts";

describe("a storage that fails", () => {
  it("a full disk: goes on from memory and says so, loses nothing (fault 26)", async () => {
    const { world, browser, tab, log, stored } = await online();
    world.network.stall("up");
    send(tab, "stored");
    await world.advance(50);
    browser.profile.fail("quota");
    send(tab, "refused");
    await world.advance(50);
    expect(tab.outbox.state.get()).toMatchObject({ depth: 2, durability: "memory" });
    expect(tab.record.errors).toMatchObject([
      { code: "STORAGE_LOST", cause: { name: "QuotaExceededError" } },
    ]);
    world.network.resume();
    await world.advance(10_000);
    expect([log(), stored().rows]).toEqual([["stored", "refused"], []]);
    send(tab, "later");
    await world.advance(1_000);
    expect(log()).toEqual(["stored", "refused", "later"]);
    expect(tab.record.errors).toHaveLength(1);
    await world.close();
  });

  it.each([
    { fault: "denied", which: "in private mode (fault 28)" },
    { fault: "hang", which: "that does not open within a second (fault 27)" },
    { fault: "broken", which: "that is damaged (fault 29)" },
  ] as const)("one $which is told once, and messages live in memory", async ({ fault }) => {
    const { world, browser, tab, log } = scene();
    browser.profile.fail(fault);
    tab.connect();
    send(tab, 1, 2);
    await world.advance(2_000);
    expect(tab.record.errors).toMatchObject([{ code: "STORAGE_UNAVAILABLE" }]);
    expect(tab.outbox.state.get().durability).toBe("memory");
    send(tab, 3);
    await world.advance(1_000);
    expect([log(), tab.record.settled.length]).toEqual([[1, 2, 3], 3]);
    await world.close();
  });

  it("one that was too busy to open is asked again after a minute: then it stores, and what other pages left is sent (fault 27)", async () => {
    const { world, browser, tab, log, stored } = await online();
    const other = browser.openTab({ ...ada, identity: "ada" });
    await world.advance(1_000);
    other.send("left", { channel: "c" });
    await world.advance(1_000);
    other.crash();
    browser.profile.pace({ openMs: 3_000 });
    tab.reload();
    tab.connect();
    const [early] = send(tab, "in memory");
    await world.advance(2_000);
    expect(tab.outbox.state.get().durability).toBe("memory");
    expect(early!.status.get().kind).toBe("acked");
    browser.profile.pace({ openMs: 2 });
    await world.advance(60_000 + 10_000);
    expect(tab.outbox.state.get().durability).toBe("indexeddb");
    await world.advance(60_000);
    expect([log(), stored().rows]).toEqual([["in memory", "left"], []]);
    world.network.refuse(true);
    world.network.cut();
    send(tab, "stored");
    await world.advance(100);
    expect(stored().rows).toHaveLength(1);
    expect(tab.record.errors).toMatchObject([{ code: "STORAGE_UNAVAILABLE" }]);
    await world.close();
  });

  it("a newer version of the app takes the database: this page makes way and goes on from memory (fault 27, fault 32)", async () => {
    const { world, browser, tab, log } = await online();
    world.network.stall("up");
    send(tab, 1);
    await world.advance(50);
    browser.profile.takeAway();
    send(tab, 2);
    await world.advance(50);
    expect(tab.record.errors).toMatchObject([{ code: "STORAGE_LOST" }]);
    world.network.resume();
    await world.advance(10_000);
    expect(log()).toEqual([1, 2]);
    await world.close();
  });

  it("one that is taken before it was read what an earlier boot left holds nothing back (fault 32)", async () => {
    for (const takenAfterMs of [4, 5, 6, 7, 8, 10, 15, 40]) {
      const { world, browser, tab } = scene();
      world.network.refuse(true);
      tab.connect();
      await world.advance(100);
      send(tab, "left");
      await world.advance(100);
      tab.reload();
      tab.connect();
      const [receipt] = send(tab, "new");
      await world.advance(takenAfterMs);
      browser.profile.takeAway();
      await world.advance(100);
      world.network.refuse(false);
      await world.advance(60_000);
      expect(receipt!.status.get().kind, `${takenAfterMs} ms`).toBe("acked");
      await world.close();
    }
  });

  it("one that is taken while it is being opened holds nothing back (fault 32)", async () => {
    const { world, browser, tab, log } = scene();
    tab.connect();
    send(tab, 1);
    await world.advance(4);
    browser.profile.takeAway();
    await world.advance(10_000);
    expect(tab.record.errors).toMatchObject([{ code: "STORAGE_LOST" }]);
    expect(log()).toEqual([1]);
    await world.close();
  });

  it("the browser closes the database: it is opened again, and nothing is told (fault 30)", async () => {
    const { world, browser, tab, log, stored } = await online();
    world.network.stall("up");
    send(tab, 1);
    await world.advance(50);
    browser.profile.closeAll();
    send(tab, 2);
    await world.advance(50);
    expect(stored().rows.map(({ n }) => n)).toEqual([1, 2]);
    expect([tab.record.errors, tab.outbox.state.get().durability]).toEqual([[], "indexeddb"]);
    world.network.resume();
    await world.advance(10_000);
    expect([log(), stored().rows]).toEqual([[1, 2], []]);
    await world.close();
  });

  it("the browser closes the database before an answer was stored: what is answered leaves the storage all the same (fault 30)", async () => {
    const { world, browser, tab, log, stored } = await online();
    send(tab, 1);
    await world.advance(3);
    expect(stored().rows).toHaveLength(1);
    browser.profile.closeAll();
    await world.advance(5_000);
    expect([log(), stored().rows]).toEqual([[1], []]);
    await world.close();
  });

  it("the user clears the site's data: what this page holds is written again (fault 29)", async () => {
    const { world, browser, tab, log, stored } = await online();
    world.network.stall("up");
    send(tab, 1);
    await world.advance(50);
    browser.profile.wipe();
    browser.profile.closeAll();
    send(tab, 2);
    await world.advance(50);
    expect(stored().rows.map(({ n }) => n)).toEqual([1, 2]);
    world.network.resume();
    await world.advance(10_000);
    expect(log()).toEqual([1, 2]);
    await world.close();
  });

  it("one that fails again and again is given up, once told (fault 30)", async () => {
    const { world, browser, tab, log } = await online();
    send(tab, 1);
    await world.advance(1_000);
    browser.profile.fail("broken");
    for (const n of [2, 3, 4]) {
      send(tab, n);
      await world.advance(1_000);
    }
    expect(log()).toEqual([1, 2, 3, 4]);
    expect(tab.record.errors).toMatchObject([{ code: "STORAGE_LOST" }]);
    await world.close();
  });

  it("a transaction that hangs holds nothing up for ever", async () => {
    const { world, browser, tab, log } = await online();
    browser.profile.fail("hang");
    send(tab, 1);
    await world.advance(20_000);
    expect(log()).toEqual([1]);
    expect(tab.record.errors).toMatchObject([{ code: "STORAGE_LOST" }]);
    await world.close();
  });

  it("code that cannot be loaded, as offline: messages live in memory (fault 71)", async () => {
    const { world, tab, log } = scene({
      outbox: { storage: () => Promise.reject(new Error("the chunk did not load")) },
    });
    tab.connect();
    send(tab, 1);
    await world.advance(1_000);
    expect(log()).toEqual([1]);
    expect(tab.record.errors).toMatchObject([
      { code: "STORAGE_UNAVAILABLE", cause: { message: "the chunk did not load" } },
    ]);
    await world.close();
  });

  it("says once that without an identity messages live in memory", async () => {
    const { world, tab, log, stored } = await online({ identity: undefined });
    send(tab, 1);
    await world.advance(1_000);
    expect([log(), stored().producers]).toEqual([[1], []]);
    expect(tab.record.anomalies).toEqual([{ kind: "outbox_without_identity" }]);
    expect(tab.outbox.state.get().durability).toBe("memory");
    await world.close();
  });
});
