import { expect, it } from "vitest";
import { online, send } from "./scene.ts";

it("a page that goes again before its storage is read, whenever that is, comes back to one storage and loses nothing (fault 24)", async () => {
  const { world, browser, tab, log, ends } = await online();
  world.network.stall("up");
  send(tab, 1);
  await world.advance(1_000);
  tab.reload();
  tab.connect();
  await world.advance(1_000);
  browser.profile.pace({ openMs: 200, readMs: 50 });
  const sent = [1];
  for (let awakeMs = 10; awakeMs < 600; awakeMs += 15) {
    tab.freeze();
    await world.advance(10);
    tab.resume();
    sent.push(sent.length + 1);
    send(tab, sent.length);
    await world.advance(awakeMs);
  }
  world.network.resume();
  await world.advance(10_000);
  expect([browser.profile.connections(), tab.outbox.state.get().durability]).toEqual([1, "indexeddb"]);
  expect(tab.record.errors).toEqual([]);
  expect(ends()).toEqual(sent.map(() => "acked"));
  expect(log()).toEqual(sent);
  await world.close();
});
