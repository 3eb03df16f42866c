import { afterEach, describe, expect, it } from "vitest";
import { createWorld, type World, type WorldOptions } from "../../src/testing/createWorld.ts";

let world: World;
const open = (options?: WorldOptions): World => (world = createWorld(options));
afterEach(() => world.close());

describe("a world with a server", () => {
  it("carries a message from one tab to another and acknowledges it", async () => {
    open();
    const [alice, bob] = [world.openTab(), world.openTab()];
    const heard = bob.watch("room");
    alice.connect();
    bob.connect();
    expect(await world.runUntil(() => bob.state.get().name === "connected")).toBe(true);
    const receipt = alice.send("hello", { channel: "room" });
    await world.advance(100);
    expect(receipt.status.get()).toEqual({ kind: "acked", seq: 1 });
    expect(heard.data()).toEqual(["hello"]);
    expect(alice.record.settled).toHaveLength(1);
  });

  it("opens exactly one socket for one client", async () => {
    open();
    const tab = world.openTab();
    tab.connect();
    tab.connect();
    await world.advance(10_000);
    expect(tab.sockets()).toHaveLength(1);
    expect(world.network.live(tab.id)).toHaveLength(1);
  });

  it("delivers after a cut what was sent during it (fault 3)", async () => {
    open();
    const tab = world.openTab();
    const heard = tab.watch("room");
    tab.connect();
    await world.advance(1_000);
    world.network.refuse(true);
    world.network.cut();
    await world.advance(1_000);
    tab.send("kept", { channel: "room" });
    await world.server().publish("room", "meanwhile");
    world.network.refuse(false);
    await world.advance(60_000);
    expect(heard.data()).toEqual(["meanwhile", "kept"]);
    expect(heard.continuity.at(-1)).toMatchObject({ result: "replayed", replayed: 1 });
  });

  it("notices a half-open connection by itself and loses nothing (fault 1)", async () => {
    open();
    const tab = world.openTab();
    tab.connect();
    await world.advance(1_000);
    world.sockets[0]!.stall();
    const receipt = tab.send("into the void", { channel: "room" });
    await world.advance(120_000);
    expect(receipt.status.get()).toEqual({ kind: "acked", seq: 1 });
    expect(tab.sockets().length).toBe(2);
  });

  for (const [moment, pace, loseUncommitted] of [
    ["before the commit", { beforeCommitMs: 50 }, true],
    ["after the commit, before the ack", { afterCommitMs: 50 }, true],
    ["while the commit is under way in a store of its own process", { beforeCommitMs: 50 }, false],
  ] as const)
    it(`appends once when the server crashes ${moment} (fault 59)`, async () => {
      open();
      const tab = world.openTab();
      tab.connect();
      await world.advance(1_000);
      world.store.pace(pace);
      const receipt = tab.send("once", { channel: "room" });
      await world.advance(20);
      world.restartServer({ loseUncommitted });
      await world.advance(60_000);
      expect(receipt.status.get()).toMatchObject({ kind: "acked", seq: 1 });
      expect((await world.store.head("room")).seq).toBe(1);
    });

  it("gives the same history for the same seed", async () => {
    const play = async (): Promise<readonly string[]> => {
      open({ seed: 42, jitterMs: 30 });
      const tab = world.openTab();
      tab.connect();
      for (let i = 0; i < 5; i++) {
        tab.send({ i });
        await world.advance(100);
        world.network.cut();
      }
      await world.advance(60_000);
      const sent = world.sockets.flatMap((socket) => [`at ${socket.openedAtMs}`, ...socket.sent]);
      await world.close();
      return sent;
    };
    const first = await play();
    expect(first.length).toBeGreaterThan(10);
    expect(await play()).toEqual(first);
  });

  it("a crashed tab is silent, and the server forgets its socket", async () => {
    open();
    const tab = world.openTab();
    tab.connect();
    await world.advance(1_000);
    tab.crash();
    const before = tab.record.transitions.length;
    await world.advance(60_000);
    expect(tab.record.transitions.length).toBe(before);
    expect(world.network.live()).toEqual([]);
  });

  it("keeps the process's promise while the server is stopped and goes on when thawed", async () => {
    open();
    const tab = world.openTab();
    tab.connect();
    await world.advance(1_000);
    world.freezeServer();
    const receipt = tab.send("patience");
    await world.advance(5_000);
    expect(receipt.status.get()).toEqual({ kind: "inFlight" });
    world.thawServer();
    await world.advance(1_000);
    expect(receipt.status.get().kind).toBe("acked");
  });
});

describe("a world without a server", () => {
  it("lets the test play the server", async () => {
    open({ server: false });
    const tab = world.openTab({ url: "ws://localhost/test" });
    tab.connect();
    const [socket] = world.sockets;
    expect([socket?.url, socket?.state()]).toEqual(["ws://localhost/test", "connecting"]);
    expect(tab.state.get().name).toBe("connecting");
    socket!.open();
    expect(tab.state.get().name).toBe("authenticating");
    socket!.close(1012, "restart");
    expect(tab.state.get().name).toBe("reconnecting");
  });

  it("ignores what a replaced socket still says", () => {
    open({ server: false });
    const tab = world.openTab();
    tab.connect();
    tab.disconnect();
    world.sockets[0]?.open();
    expect(tab.state.get().name).toBe("disconnected");
  });
});
