import { describe, expect, it } from "vitest";
import { ada, scene, send } from "./scene.ts";

const few = (overflow: "reject" | "wait") => ({ outbox: { capacity: 4, overflow } });

describe("an outbox that takes over what earlier pages left", () => {
  it.each(["reject", "wait"] as const)(
    "never holds more than its capacity, and sends all of it in order, whatever is sent meanwhile (%s)",
    async (overflow) => {
      const { world, tab, log, stored } = scene(few(overflow));
      let most = 0;
      const look = () => (most = Math.max(most, tab.outbox.state.get().depth));
      world.crashServer();
      send(tab, 1, 2, 3, 4);
      await world.advance(100);
      tab.reload();
      tab.connect();
      // Before anybody knows what was left.
      const early = send(tab, 5, 6, 7, 8, 9);
      const taken = early.filter(({ status }) => status.get().kind !== "rejected").length;
      expect(taken).toBe(overflow === "wait" ? 5 : 3);
      await world.runUntil(() => look() < 0, 1_000);
      world.startServer();
      await world.runUntil(() => look() < 0, 60_000);
      expect(log()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].slice(0, 4 + taken));
      expect(stored().rows).toEqual([]);
      expect(most).toBe(4);
      await world.close();
    },
  );

  it("has room for all it may hold once nothing is left to be taken over", async () => {
    const { world, tab } = scene(few("reject"));
    world.crashServer();
    send(tab, 1);
    await world.advance(100);
    tab.outbox.clear();
    await world.advance(100);
    tab.reload();
    tab.retain();
    await world.advance(100);
    send(tab, 1, 2, 3, 4);
    expect(tab.outbox.state.get().depth).toBe(4);
    await world.close();
  });

  it("claims the rest of an earlier page before anybody adopts it", async () => {
    const { world, browser, tab, log } = scene(few("wait"));
    const other = browser.openTab(ada);
    world.crashServer();
    send(tab, 1, 2, 3, 4);
    await world.advance(100);
    tab.reload();
    tab.connect();
    other.connect();
    send(tab, 5, 6, 7);
    await world.advance(60_000);
    world.startServer();
    await world.advance(60_000);
    expect(log()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(other.record.settled).toEqual([]);
    await world.close();
  });
});
