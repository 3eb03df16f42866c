import { afterEach, describe, expect, it } from "vitest";
import { createWorld, type World } from "../../src/testing/createWorld.ts";

/** What random histories found, told as stories: a seed changes its meaning with the generator, these do not. */
let world: World;
afterEach(() => world.close());

describe("found by random histories", () => {
  it("a hidden page that may let go at once and waits for an answer does not ask itself without a pause (fault 15)", async () => {
    world = createWorld();
    const tab = world.openTab({ pauseHiddenAfterMs: 0 });
    tab.connect();
    await world.advance(1_000);
    world.store.pace({ beforeCommitMs: 5_000 });
    const receipt = tab.send(1);
    await world.advance(100);
    tab.page.hide();
    await world.advance(3_000);
    expect(tab.state.get().name).toBe("connected");
    await world.advance(5_000);
    expect(receipt.status.get().kind).toBe("acked");
    expect(tab.state.get()).toEqual({ name: "disconnected", reason: "suspended" });
  });

  it("asks again for a channel whose log did not answer in time, and nothing is lost (fault 61)", async () => {
    world = createWorld();
    const tab = world.openTab();
    const heard = tab.watch("room");
    tab.connect();
    await world.advance(1_000);
    world.network.cut();
    await world.server().publish("room", "while away");
    world.store.pace({ readMs: 600 });
    await world.advance(3_000);
    expect(tab.state.get().name).toBe("connected");
    world.store.pace({ readMs: 0 });
    await world.advance(5_000);
    await world.server().publish("room", "afterwards");
    await world.advance(1_000);
    expect(heard.data()).toEqual(["while away", "afterwards"]);
    expect(heard.continuity.map(({ result }) => result)).not.toContain("lost");
  });

  it("goes on after numbers that the store committed although it failed (fault 61)", async () => {
    world = createWorld();
    const tab = world.openTab();
    tab.connect();
    await world.advance(1_000);
    world.store.pace({ beforeCommitMs: 200 });
    world.store.fail("after");
    const receipts = [tab.send(1)];
    await world.advance(100);
    // Gathered behind the first, which is committed and fails: its answer covers both and the retry is pointless.
    receipts.push(tab.send(2));
    await world.advance(150);
    world.store.fail(null);
    await world.advance(5_000);
    receipts.push(tab.send(3));
    await world.advance(60_000);
    expect(receipts.map((receipt) => receipt.status.get())).toEqual(
      [1, 2, 3].map((seq) => ({ kind: "acked", seq })),
    );
  });

  it("goes on after a copy of what was answered long ago met a failing store (fault 61)", async () => {
    world = createWorld();
    const tab = world.openTab();
    tab.connect();
    await world.advance(1_000);
    // The ack is held back, so that the client sends its copy; then both arrive, the refusal of the copy second.
    world.sockets[0]!.stall("down");
    const receipts = [tab.send(1)];
    await world.advance(5_000);
    world.store.fail("before");
    await world.advance(6_000);
    world.sockets[0]!.resume();
    await world.advance(1_000);
    world.store.fail(null);
    receipts.push(tab.send(2));
    await world.advance(60_000);
    expect(tab.sockets()).toHaveLength(1);
    expect(receipts.map((receipt) => receipt.status.get())).toEqual(
      [1, 2].map((seq) => ({ kind: "acked", seq })),
    );
  });
});
