import { expect, it } from "vitest";
import type { Tab } from "../../../src/testing/tab.ts";
import { createWorld } from "../../../src/testing/createWorld.ts";

const sleeps: Record<string, { readonly begin: (tab: Tab) => void; readonly end: (tab: Tab) => void }> = {
  "in the cache": { begin: (tab) => tab.navigate(), end: (tab) => tab.back() },
  frozen: { begin: (tab) => tab.freeze(), end: (tab) => tab.resume() },
  hung: { begin: (tab) => tab.hang(), end: (tab) => tab.unhang() },
};

it.each(Object.keys(sleeps))(
  "a page that slept (%s) while its storage was opened stores what is sent, and sends what was queued and what was left",
  async (how) => {
    const world = createWorld();
    const browser = world.openBrowser();
    const options = { durable: true, identity: "ada" } as const;
    const dead = browser.openTab(options);
    await world.advance(1_000);
    world.network.refuse(true);
    dead.send("left", { channel: "c" });
    await world.advance(1_000);
    dead.crash();
    world.network.refuse(false);
    const tab = browser.openTab(options);
    const heard = tab.watch("c");
    tab.connect();
    const receipt = tab.send("early", { channel: "c" });
    await world.advance(3);
    sleeps[how]!.begin(tab);
    await world.advance(20_000);
    sleeps[how]!.end(tab);
    await world.advance(10_000);
    expect(tab.outbox.state.get().durability).toBe("indexeddb");
    expect(receipt.status.get().kind).toBe("acked");
    await world.advance(60_000);
    expect(heard.data()).toEqual(["early", "left"]);
    expect(tab.record.errors).toEqual([]);
    await world.close();
  },
);

it("goes on in memory when its storage takes too long, and what comes after all holds nothing back", async () => {
  const world = createWorld();
  const browser = world.openBrowser();
  const tab = browser.openTab({ durable: true, identity: "ada", tabs: { election: "solo" } });
  await world.advance(1_000);
  world.network.refuse(true);
  tab.send("left", { channel: "c" });
  await world.advance(1_000);
  browser.profile.pace({ openMs: 900, readMs: 3_000 });
  tab.reload();
  world.network.refuse(false);
  tab.connect();
  const receipt = tab.send("early", { channel: "c" });
  await world.advance(5_100);
  expect(tab.outbox.state.get().durability).toBe("memory");
  await world.advance(20_000);
  expect(receipt.status.get().kind).toBe("acked");
  const later = tab.send("later", { channel: "c" });
  await world.advance(1_000);
  expect(later.status.get().kind).toBe("acked");
  await world.close();
});

it("does not ask for a storage again whose code is still on its way: two would write the same outbox", async () => {
  const world = createWorld();
  let asked = 0;
  const storage = (): Promise<never> => {
    asked++;
    return new Promise(() => undefined);
  };
  const tab = world
    .openBrowser()
    .openTab({ identity: "ada", tabs: { election: "solo" }, outbox: { storage } });
  tab.connect();
  const receipt = tab.send(1, { channel: "c" });
  await world.advance(300_000);
  expect([asked, receipt.status.get().kind]).toEqual([1, "acked"]);
  expect(tab.record.errors).toMatchObject([{ code: "STORAGE_UNAVAILABLE" }]);
  await world.close();
});
