import { expect, it } from "vitest";
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
