import { afterEach, describe, expect, it } from "vitest";
import { createWorld, type World } from "../../src/testing/createWorld.ts";

/** What random histories found, told as stories: a seed changes its meaning with the generator, these do not. */
let world: World;
afterEach(() => world.close());

describe("found by random histories", () => {
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
});
