import { expect, it } from "vitest";
import { createWorld } from "../../../src/testing/createWorld.ts";

it("sends what was queued while its storage was awaited, when the page slept through that and goes on in memory", async () => {
  const world = createWorld();
  const tab = world.openBrowser().openTab({ durable: true, identity: "ada", tabs: { election: "solo" } });
  tab.connect();
  const receipt = tab.send("early", { channel: "c" });
  await world.advance(3);
  tab.page.suspend();
  await world.advance(20_000);
  tab.page.restore();
  await world.advance(10_000);
  expect(receipt.status.get().kind).toBe("acked");
  const later = tab.send("later", { channel: "c" });
  await world.advance(1_000);
  expect(later.status.get().kind).toBe("acked");
  await world.close();
});
