import { describe, expect, it } from "vitest";
import { createWorld } from "../../src/testing/createWorld.ts";

describe("a client of resilient.v1", () => {
  it("connects, stores what it sends and sees it come back", async () => {
    const world = createWorld();
    const tab = world.openTab();
    const room = tab.watch("room");
    const receipt = tab.send({ hi: 1 }, { channel: "room" });
    tab.connect();
    await world.advance(200);
    expect(tab.state.get().name).toBe("connected");
    expect(await receipt.settled).toEqual({ kind: "acked", seq: 1 });
    expect(room.messages).toMatchObject([
      { data: { hi: 1 }, id: receipt.id, own: true, seq: 1, channel: "room" },
    ]);
    await world.close();
  });

  it("delivers what was missed during a break, once, in order (fault 3)", async () => {
    const world = createWorld();
    const [a, b] = [world.openTab(), world.openTab()];
    const heard = b.watch("room");
    a.connect();
    b.connect();
    await world.advance(200);
    for (let i = 0; i < 5; i++) a.send(i, { channel: "room" });
    await world.advance(50);
    b.sockets().at(-1)?.cut();
    for (let i = 5; i < 10; i++) a.send(i, { channel: "room" });
    await world.runUntil(() => b.state.get().name === "connected" && heard.messages.length === 10);
    expect(heard.data()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(heard.continuity).toMatchObject([{ result: "replayed", replayed: 5, missed: 0 }]);
    await world.close();
  });

  it("survives a crash of the server with messages in flight (fault 59)", async () => {
    const world = createWorld();
    const tab = world.openTab();
    const room = tab.watch("room");
    tab.connect();
    await world.advance(200);
    const receipts = Array.from({ length: 50 }, (_, i) => tab.send(i, { channel: "room" }));
    await world.advance(4);
    world.restartServer();
    expect(
      await world.runUntil(() => tab.outbox.state.get().depth === 0 && tab.state.get().name === "connected"),
    ).toBe(true);
    await world.advance(1_000);
    expect(room.data()).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect((await Promise.all(receipts.map((r) => r.settled))).every(({ kind }) => kind === "acked")).toBe(
      true,
    );
    await world.close();
  });
});
