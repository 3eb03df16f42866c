import { afterEach, describe, expect, it } from "vitest";
import { createWorld, type World } from "../../src/testing/createWorld.ts";

/** What a store that loses a suffix may do, and what it may not (PROTOCOL.md, "Producers and numbers"). */
let world: World;
afterEach(() => world.close());

const logOf = async (channel: string): Promise<readonly unknown[]> =>
  (await world.store.read(channel, 1, 1_000)).events.map(({ d }) => JSON.parse(d) as unknown);

describe("a store that goes back", () => {
  it("tells the sender how many acknowledged messages are gone, and sends what is not settled (fault 60)", async () => {
    world = createWorld();
    const tab = world.openTab();
    tab.connect();
    await world.advance(1_000);
    tab.send("kept", { channel: "room" });
    await world.advance(100);
    const before = world.store.checkpoint();
    tab.send("gone", { channel: "room" });
    await world.advance(100);
    world.store.restore(before);
    const receipt = tab.send("afterwards", { channel: "room" });
    await world.advance(10_000);
    expect(tab.record.lost).toEqual([{ channel: "room", acked: 1 }]);
    expect(receipt.status.get()).toMatchObject({ kind: "acked", seq: 2 });
    expect(await logOf("room")).toEqual(["kept", "afterwards"]);
  });

  it("tells the readers under open sockets, before the numbers come again (fault 50)", async () => {
    world = createWorld();
    const tab = world.openTab();
    const heard = tab.watch("room");
    tab.connect();
    await world.advance(1_000);
    await world.server().publish("room", "kept");
    const before = world.store.checkpoint();
    await world.server().publish("room", "gone");
    await world.advance(100);
    world.store.restore(before);
    await world.advance(3_000);
    expect(heard.continuity.at(-1)).toMatchObject({ result: "lost", reason: "ahead_of_server" });
    await world.server().publish("room", "in its place");
    await world.advance(100);
    expect(heard.messages.map(({ seq, data }) => [seq, data])).toEqual([
      [1, "kept"],
      [2, "gone"],
      [2, "in its place"],
    ]);
  });

  // Which node a connection meets is up to the dice: over these seeds each of the pairs comes.
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "what an old socket brings late is not appended beside its renewed copy (fault 60, fault 62, seed %i)",
    async (seed) => {
      world = createWorld({ seed, nodes: 2 });
      const tab = world.openTab();
      tab.connect();
      await world.advance(1_000);
      tab.send("a", { channel: "room" });
      await world.advance(100);
      const before = world.store.checkpoint();
      const [old] = tab.sockets();
      // The ack of b is held back until copies of b and c wait in the network, sent when only a was answered.
      old!.stall("down");
      tab.send("b", { channel: "room" });
      await world.advance(100);
      old!.stall("up");
      const c = tab.send("c", { channel: "room" });
      await world.advance(11_000);
      old!.resume("down");
      await world.advance(100);
      world.store.restore(before);
      tab.reconnect();
      await world.advance(5_000);
      old!.resume();
      await world.advance(60_000);
      expect(c.status.get().kind).toBe("acked");
      expect(tab.record.lost).toEqual([{ channel: "room", acked: 1 }]);
      const log = await logOf("room");
      expect(log.filter((data) => data === "c")).toEqual(["c"]);
      expect(log[0]).toBe("a");
    },
  );
});
