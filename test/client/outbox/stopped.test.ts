import { expect, it } from "vitest";
import type { Tab } from "../../../src/testing/tab.ts";
import { createWorld } from "../../../src/testing/createWorld.ts";

it("a message with a guard, which is never stored, comes back from the cache with its page and goes in its place (fault 24)", async () => {
  const world = createWorld();
  const tab = world.openBrowser().openTab({ durable: true, identity: "ada", tabs: { election: "solo" } });
  const heard = tab.watch("c");
  tab.connect();
  await world.advance(1_000);
  world.network.stall("up");
  const receipts = [1, 2, 3].map((n) => tab.send(n, { channel: "c", ...(n === 2 && { guard: () => true }) }));
  await world.advance(100);
  tab.navigate();
  await world.advance(1_000);
  world.network.resume();
  tab.back();
  await world.advance(5_000);
  expect(receipts.map(({ status }) => status.get().kind)).toEqual(["acked", "acked", "acked"]);
  expect(heard.data()).toEqual([1, 2, 3]);
  await world.close();
});

it.each(["freeze without a word", "freeze", "hang", "navigate"] as const)(
  "what was being written when its page stopped (%s) goes when it runs again (fault 23)",
  async (how) => {
    const world = createWorld();
    const browser = world.openBrowser();
    const tab = browser.openTab({ durable: true, identity: "ada", tabs: { election: "solo" } });
    const heard = tab.watch("c");
    tab.connect();
    await world.advance(1_000);
    browser.profile.pace({ commitMs: 200 });
    const receipt = tab.send(1, { channel: "c" });
    await world.advance(50);
    const stop: Record<typeof how, (one: Tab) => void> = {
      "freeze without a word": ({ page }) => page.freeze(),
      freeze: ({ freeze }) => freeze(),
      hang: ({ hang }) => hang(),
      navigate: ({ navigate }) => navigate(),
    };
    stop[how](tab);
    await world.advance(60_000);
    tab.page.thaw();
    tab.resume();
    tab.unhang();
    tab.back();
    await world.advance(30_000);
    expect(receipt.status.get().kind).toBe("acked");
    expect(heard.data()).toEqual([1]);
    await world.close();
  },
);
