import { describe, expect, it } from "vitest";
import type { OriginLacks } from "../../../src/testing/origin.ts";
import type { TabOptions } from "../../../src/testing/tab.ts";
import { ada, scene, send } from "./scene.ts";

const rungs: readonly (readonly [string, OriginLacks])[] = [
  ["locks", {}],
  ["lease", { locks: "absent" }],
  ["storage", { locks: "absent", bus: "absent" }],
];
const shared: TabOptions = { ...ada, tabs: { election: "auto" } };

describe.each(rungs)("what is stored, where tabs elect on %s", (rung, lacks) => {
  it.each([
    ["share", shared],
    ["do not share", ada],
  ])(
    "what a dead tab left is sent by another before its tab is reopened, where they %s (fault 33)",
    async (_, options) => {
      const { world, browser, tab, log, stored } = scene(options, {}, lacks);
      const other = browser.openTab(options);
      other.connect();
      await world.advance(1_000);
      expect(other.tabs.get().rung).toBe(options === shared ? rung : "solo");
      send(tab, 1, 2, 3);
      await world.advance(60_000);
      tab.crash();
      await world.advance(25_000);
      expect([log(), stored().rows.length]).toEqual([[], 3]);
      await world.advance(35_000);
      expect([log(), stored().rows]).toEqual([[1, 2, 3], []]);
      await world.close();
    },
  );

  it("a living tab is never adopted, hidden as it may be; nor claimed by its copy", async () => {
    const { world, browser, tab, log, stored } = scene(shared, {}, lacks);
    send(tab, "its own");
    await world.advance(1_000);
    tab.hide();
    const copy = browser.duplicate(tab);
    copy.connect();
    for (let minute = 0; minute < 20; minute++) {
      await world.advance(60_000);
      expect([log(), stored().rows.length]).toEqual([[], 1]);
    }
    tab.connect();
    await world.advance(1_000);
    expect(log()).toEqual(["its own"]);
    expect(tab.record.settled).toHaveLength(1);
    await world.close();
  });

  it.each(["freeze", "hang"] as const)(
    "† a page that slept without a word (%s) denies nothing that another sent meanwhile",
    async (sleep) => {
      for (const ttlMs of [50_000, 90_000]) {
        const { world, browser, tab, log } = scene(shared, {}, lacks);
        const receipt = tab.send("its own", { channel: "c", ttlMs });
        browser.openTab(shared).connect();
        await world.advance(1_000);
        tab.page[sleep]();
        await world.advance(60_000);
        // A browser's lock outlives a sleep, a lease does not.
        expect(log()).toEqual(rung === "locks" ? [] : ["its own"]);
        if (sleep === "freeze") tab.page.thaw();
        else tab.page.unhang();
        await world.advance(60_000);
        const next = tab.send("after it", { channel: "c" });
        tab.connect();
        await world.advance(10_000);
        expect(receipt.status.get().kind).toBe(rung === "locks" ? "expired" : "acked");
        expect(next.status.get().kind).toBe("acked");
        expect(log()).toEqual(rung === "locks" ? ["after it"] : ["its own", "after it"]);
        await world.close();
      }
    },
  );

  it("a reload claims what it left before anybody adopts it", async () => {
    const { world, browser, tab, log } = scene(shared, {}, lacks);
    browser.openTab(shared).connect();
    send(tab, "before");
    await world.advance(1_000);
    tab.reload();
    tab.connect();
    send(tab, "after");
    await world.advance(2_000);
    expect(log()).toEqual(["before", "after"]);
    await world.close();
  });
});

it("where nobody can tell who lives, nobody is adopted (fault 33)", async () => {
  const { world, browser, tab, log, stored } = scene(
    shared,
    {},
    { locks: "absent", bus: "absent", storage: "throws" },
  );
  browser.openTab(shared).connect();
  send(tab, "its own");
  await world.advance(300_000);
  expect([log(), stored().rows.length]).toEqual([[], 1]);
  await world.close();
});
