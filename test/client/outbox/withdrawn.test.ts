import { describe, expect, it } from "vitest";
import { ada, online, scene, send } from "./scene.ts";

const offline = async (options: Parameters<typeof scene>[0] = {}) => {
  const one = scene(options);
  one.world.crashServer();
  one.tab.connect();
  await one.world.advance(1_000);
  return one;
};

describe("a stored message that is given up before it was sent", () => {
  it.each(["abort", "expire", "evict"] as const)(
    "is not said to be gone before no page to come can send it (%s)",
    async (how) => {
      const { world, browser, tab, log, ends } = await offline({
        outbox: { capacity: 1, overflow: "evict-oldest" },
      });
      browser.profile.pace({ commitMs: 100 });
      const receipt = tab.send("given up", { channel: "c", ttlMs: how === "expire" ? 150 : 60_000 });
      await world.advance(140);
      if (how === "abort") tab.outbox.cancel(receipt.id);
      if (how === "evict") send(tab, "instead");
      await world.advance(50);
      expect(ends()).toEqual([]);
      expect(tab.outbox.state.get().depth).toBe(how === "evict" ? 1 : 0);
      tab.crash();
      tab.reload();
      world.startServer();
      tab.connect();
      await world.advance(60_000);
      // Nobody was told anything: so it may be sent.
      expect(log()).toEqual(how === "expire" ? [] : ["given up"]);
      await world.close();
    },
  );

  it("is told a moment later, when its removal is stored; what was not stored yet at once", async () => {
    const { world, tab, stored, ends } = await offline();
    const [first] = send(tab, 1);
    await world.advance(100);
    tab.outbox.cancel(first!.id);
    expect([ends(), tab.outbox.entries.get()]).toEqual([[], []]);
    await world.advance(10);
    expect([ends(), stored().rows]).toEqual([["aborted"], []]);
    const [second] = send(tab, 2);
    tab.outbox.cancel(second!.id);
    expect(ends()).toEqual(["aborted", "aborted"]);
    await world.advance(10);
    expect(stored().rows).toEqual([]);
    await world.close();
  });

  it("is decided by the server where the storage fails: its number is taken by nothing", async () => {
    const { world, browser, tab, log, ends } = await offline();
    const [receipt] = send(tab, 1);
    await world.advance(100);
    browser.profile.fail("broken");
    tab.outbox.cancel(receipt!.id);
    await world.advance(30_000);
    expect(ends()).toEqual([]);
    world.startServer();
    await world.advance(60_000);
    expect(ends()).toEqual(["aborted"]);
    browser.profile.fail(null);
    tab.reload();
    tab.connect();
    await world.advance(30_000);
    expect(log()).toEqual([]);
    await world.close();
  });

  it("keeps a hidden page connected until then", async () => {
    const { world, browser, tab, ends } = await offline({ pauseHiddenAfterMs: 0 });
    const [receipt] = send(tab, 1);
    await world.advance(100);
    browser.profile.fail("broken");
    tab.outbox.cancel(receipt!.id);
    tab.hide();
    await world.advance(10_000);
    world.startServer();
    await world.advance(60_000);
    expect(ends()).toEqual(["aborted"]);
    expect(tab.state.get()).toEqual({ name: "disconnected", reason: "suspended" });
    await world.close();
  });

  it("is told after dispose() with `purge`, once it is removed", async () => {
    const { world, tab, stored, ends } = await offline({ onUnmount: { queue: "purge" } });
    const [receipt] = send(tab, 1);
    await world.advance(100);
    await tab.dispose();
    await world.advance(100);
    expect([await receipt!.settled, ends(), stored().rows]).toEqual([{ kind: "aborted" }, ["aborted"], []]);
    await world.close();
  });

  it("settles uncertain at dispose() where it cannot be removed", async () => {
    const { world, browser, tab, ends } = await offline({ onUnmount: { queue: "purge" } });
    send(tab, 1);
    await world.advance(100);
    browser.profile.fail("hang");
    await tab.dispose();
    await world.advance(60_000);
    expect(ends()).toEqual(["uncertain"]);
    await world.close();
  });
});

describe("a message that another tab took over", () => {
  it("is not denied by its own page, which hung and gives it up as it wakes: it was sent", async () => {
    const { world, browser, tab, log } = scene({}, {}, { locks: "absent" });
    world.crashServer();
    tab.connect();
    const [receipt] = send(tab, "left");
    await world.advance(100);
    tab.hang();
    world.startServer();
    browser.openTab(ada).connect();
    await world.advance(120_000);
    expect(log()).toEqual(["left"]);
    tab.unhang();
    tab.outbox.cancel(receipt!.id);
    await world.advance(30_000);
    expect(await receipt!.settled).toMatchObject({ kind: "acked", seq: 1 });
    await world.close();
  });
});

describe("a message that another tab took over and gave up", () => {
  it("is aborted in its own page too: nothing was appended", async () => {
    const { world, browser, tab } = await online();
    world.crashServer();
    const [receipt] = send(tab, "left");
    await world.advance(100);
    tab.freeze();
    const heir = browser.duplicate(tab);
    heir.connect();
    await world.advance(5_000);
    heir.outbox.clear();
    world.startServer();
    await world.advance(60_000);
    tab.resume();
    await world.advance(5_000);
    expect(await receipt!.settled).toEqual({ kind: "aborted" });
    await world.close();
  });
});
