import { afterEach, describe, expect, it } from "vitest";
import type { TabPorts } from "../../src/core/ports/tabPorts.ts";
import type { Boot } from "../../src/testing/boot.ts";
import { createOrigin } from "../../src/testing/origin.ts";
import { createPage, type Page } from "../../src/testing/page.ts";
import { createWorld, type World } from "../../src/testing/createWorld.ts";
import { virtualClock } from "../../src/testing/virtualClock.ts";

let world: World;
afterEach(() => world.close());

const connecting = (boot: Boot): void => boot.connect();

describe("a tab through its life", () => {
  it("boots again with a fresh client when it is reloaded, and the old page says goodbye", async () => {
    world = createWorld();
    const tab = world.openBrowser().openTab({ app: connecting });
    await world.advance(1_000);
    const first = tab.boots[0]!;
    tab.reload();
    await world.advance(1_000);
    expect(tab.boots).toHaveLength(2);
    expect(first.page.life()).toBe("gone");
    expect(first.sockets().map((socket) => socket.state())).toEqual(["closed"]);
    expect(tab.state.get().name).toBe("connected");
    expect(tab.sockets().map(({ owner }) => owner)).toEqual(["tab 1 boot 2"]);
    expect(tab.send("from the new one").id).toBe(tab.outbox.entries.get()[0]!.id);
    await world.advance(100);
  });

  it("comes back from the cache as the page it was (fault 24)", async () => {
    world = createWorld();
    const tab = world.openBrowser().openTab({ app: connecting });
    await world.advance(1_000);
    tab.navigate();
    expect(tab.page.life()).toBe("cached");
    await world.advance(60_000);
    expect(world.network.live()).toEqual([]);
    tab.back();
    await world.advance(1_000);
    expect(tab.boots).toHaveLength(1);
    expect(tab.state.get().name).toBe("connected");
  });

  it("boots when the browser threw the cached page away meanwhile", async () => {
    world = createWorld();
    const tab = world.openBrowser().openTab();
    tab.navigate();
    await world.advance(599_999);
    expect(tab.page.life()).toBe("cached");
    await world.advance(1);
    expect(tab.page.life()).toBe("gone");
    tab.back();
    expect(tab.boots).toHaveLength(2);
  });

  it("keeps a page of the app in the cache behind another one of it", async () => {
    world = createWorld();
    const tab = world.openBrowser().openTab();
    tab.navigate("within");
    expect(tab.boots.map(({ page }) => page.life())).toEqual(["cached", "active"]);
    tab.back();
    await world.advance(0);
    expect(tab.boots.map(({ page }) => page.life())).toEqual(["active", "gone"]);
    expect(tab.page).toBe(tab.boots[0]!.page);
  });

  it("closes in order, crashes without a word, and is opened again", async () => {
    world = createWorld();
    const [closed, crashed] = ["closed", "crashed"].map(() =>
      world.openBrowser().openTab({ app: connecting }),
    );
    await world.advance(1_000);
    closed!.close();
    crashed!.crash();
    await world.advance(1_000);
    expect(closed!.record.transitions.at(-1)!.event).toBe("suspended");
    expect(crashed!.record.transitions.at(-1)!.event).not.toBe("suspended");
    expect(world.network.live()).toEqual([]);
    closed!.reload();
    await world.advance(1_000);
    expect(closed!.state.get().name).toBe("connected");
  });

  it("loses all its tabs at once when the browser is killed, and each can be reopened", async () => {
    world = createWorld();
    const browser = world.openBrowser();
    const tabs = [1, 2].map(() => browser.openTab({ app: connecting }));
    await world.advance(1_000);
    browser.kill();
    expect(tabs.map(({ page }) => page.life())).toEqual(["gone", "gone"]);
    for (const tab of tabs) tab.reload();
    await world.advance(1_000);
    expect(tabs.map(({ state }) => state.get().name)).toEqual(["connected", "connected"]);
    expect(browser.duplicate(tabs[0]!).boots).toHaveLength(1);
    expect(browser.tabs).toHaveLength(3);
  });
});

/** As measured in Chromium. */
describe("a page that does not run", () => {
  const clock = virtualClock();
  const enter = (): { readonly page: Page; readonly ports: TabPorts } => {
    const page = createPage(clock.device());
    return { page, ports: createOrigin(clock).enter(page.clock).ports };
  };

  it("runs timers, tasks and lock grants only when it goes on, and a bus handler at once while frozen", async () => {
    const heard: string[] = [];
    const { page, ports } = enter();
    page.freeze();
    page.clock.after(10, () => heard.push("timer"));
    ports.task(() => heard.push("task"));
    ports.locks?.hold("name", "queue", {
      granted: () => heard.push("lock"),
      lost: () => undefined,
      failed: () => undefined,
    });
    void ports.locks?.isHeld("name").then(() => heard.push("query"));
    page.clock.hear(() => heard.push("bus"));
    await clock.advance(1_000);
    expect(heard).toEqual(["bus"]);
    page.thaw();
    await clock.advance(1_000);
    expect(heard.toSorted()).toEqual(["bus", "lock", "query", "task", "timer"]);
  });

  it("hears nothing while its thread is stuck, and everything afterwards", async () => {
    const heard: string[] = [];
    const { page } = enter();
    page.hang();
    page.clock.hear(() => heard.push("bus"));
    await clock.advance(1_000);
    expect(heard).toEqual([]);
    page.unhang();
    await clock.advance(0);
    expect(heard).toEqual(["bus"]);
  });

  it("fires timers once a second while hidden, and once a minute after five minutes (fault 21)", async () => {
    const { page } = enter();
    const tick = async (): Promise<number> => {
      const before = clock.nowMs();
      let at = 0;
      page.clock.after(1, () => (at = clock.nowMs() - before));
      await clock.advance(61_000);
      return at;
    };
    expect(await tick()).toBe(1);
    page.hide();
    expect(await tick()).toBeLessThanOrEqual(1_000);
    await clock.advance(5 * 60_000 + 30_123);
    expect(await tick()).toBeGreaterThan(1_000);
    page.show();
    expect(await tick()).toBe(1);
  });
});
