import { describe, expect, it } from "vitest";
import { createWorld } from "../../../src/testing/createWorld.ts";

describe("tabs of one origin", () => {
  it("share one socket: what one sends, all see once, in order", async () => {
    const world = createWorld();
    const browser = world.openBrowser();
    const tabs = [1, 2, 3].map(() => browser.openTab());
    const watches = tabs.map((tab) => {
      const watch = tab.watch("room");
      tab.connect();
      return watch;
    });
    await world.runUntil(() => tabs.every((tab) => tab.state.get().name === "connected"), 10_000);
    expect(tabs.map((tab) => [tab.state.get().name, tab.tabs.get()])).toEqual([
      ["connected", { role: "leader", rung: "locks", term: 1 }],
      ["connected", { role: "follower", rung: "locks", term: 1 }],
      ["connected", { role: "follower", rung: "locks", term: 1 }],
    ]);
    expect(world.sockets).toHaveLength(1);
    const receipts = tabs.flatMap((tab, i) => [1, 2].map((n) => tab.send(`${i}:${n}`, { channel: "room" })));
    const settled = await Promise.all([
      Promise.all(receipts.map((receipt) => receipt.settled)),
      world.advance(1_000),
    ]);
    expect(settled[0].map(({ kind }) => kind)).toEqual(receipts.map(() => "acked"));
    const [first] = watches;
    expect(first?.data()).toHaveLength(6);
    for (const watch of watches) expect(watch.data()).toEqual(first?.data());
    await world.close();
  });
});
