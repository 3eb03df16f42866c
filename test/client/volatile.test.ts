import { describe, expect, it } from "vitest";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import { createWorld } from "../../src/testing/createWorld.ts";
import { accept, connect, scene } from "./script.ts";

const rejected = (code: string) => ({ kind: "rejected", code, by: "client" });

describe("volatile", () => {
  it("is transmitted at once in connected, settles sent, and never touches the outbox", async () => {
    const one = scene();
    await connect(one);
    const receipt = one.tab.send({ x: 1 }, { channel: "cursors", volatile: true });
    expect(receipt.status.get()).toEqual({ kind: "sent" });
    expect(await receipt.accepted).toBe(true);
    expect(await receipt.orThrow()).toEqual({ kind: "sent" });
    await one.settle();
    expect(one.sent("vol")).toEqual([{ t: "vol", c: "cursors", d: { x: 1 } }]);
    expect(one.sent("pub")).toEqual([]);
    expect(one.tab.outbox.state.get()).toMatchObject({ depth: 0, bytes: 0 });
  });

  it("settles rejected NOT_CONNECTED at once outside of connected, and nothing comes of it later", async () => {
    const one = scene();
    const states = new Set<string>();
    const trySend = (): void => {
      const { name } = one.tab.state.get();
      if (name === "connected") return;
      states.add(name);
      const receipt = one.tab.send(1, { volatile: true });
      expect(receipt.status.get()).toEqual(rejected("NOT_CONNECTED"));
    };
    trySend();
    one.tab.on("transition", trySend);
    await connect(one);
    one.socket().close(1006);
    await one.settle();
    await one.world.runUntil(() => one.tab.state.get().name === "connecting");
    await accept(one);
    one.socket().close(4500);
    await one.settle();
    expect(states.size).toBeGreaterThanOrEqual(5);
    expect(one.world.sockets.flatMap((socket) => socket.frames()).filter(({ t }) => t === "vol")).toEqual([]);
  });

  it("settles rejected CONGESTED while the socket has more than 512 KiB to send (fault 15)", async () => {
    const world = createWorld();
    const tab = world.openTab();
    tab.connect();
    await world.advance(100);
    world.network.shape({ latencyMs: 5, jitterMs: 0, bytesPerSecond: 1_000 });
    for (let i = 0; i < 10; i++)
      expect(tab.send("x".repeat(60_000), { volatile: true }).status.get()).toEqual(
        i < 9 ? { kind: "sent" } : rejected("CONGESTED"),
      );
    await world.close();
  });

  it("is not re-sent after a break", async () => {
    const one = scene();
    await connect(one);
    one.tab.send(1, { volatile: true });
    one.socket().cut();
    await one.world.advance(3_000);
    await accept(one);
    expect(one.sent("vol")).toEqual([]);
  });

  it("is checked like any other: name, payload, size, a signal aborted before", async () => {
    const one = scene();
    await connect(one);
    const codes = [
      one.tab.send(1, { volatile: true, channel: "" }),
      one.tab.send(undefined, { volatile: true }),
      one.tab.send("x".repeat(65_536), { volatile: true }),
    ].map((receipt) => (receipt.status.get() as { code?: string }).code);
    expect(codes).toEqual(["INVALID_NAME", "UNSERIALIZABLE", "TOO_LARGE"]);
    const aborted = one.tab.send(1, { volatile: true, signal: AbortSignal.abort() });
    expect(aborted.status.get()).toEqual({ kind: "aborted" });
  });

  it("asks its guard", async () => {
    const one = scene();
    await connect(one);
    const receipt = one.tab.send(1, { volatile: true, guard: () => false });
    expect(receipt.status.get()).toEqual({ kind: "aborted" });
    expect(one.tab.send(1, { volatile: true, guard: () => true }).status.get()).toEqual({ kind: "sent" });
    expect(one.sent("vol")).toHaveLength(1);
  });

  it("goes beside a full outbox", async () => {
    const one = scene({ outbox: { capacity: 1, overflow: "wait" } });
    await connect(one);
    one.tab.send(1);
    one.tab.send(2);
    expect(one.tab.send(3, { volatile: true }).status.get()).toEqual({ kind: "sent" });
  });

  it("reaches the channel's other listeners, without seq, and no log (P7.6)", async () => {
    const world = createWorld();
    const [alice, bob] = [world.openTab(), world.openTab()];
    const heard = bob.watch("cursors");
    alice.connect();
    bob.connect();
    await world.advance(200);
    alice.send({ x: 7 }, { channel: "cursors", volatile: true });
    await world.advance(200);
    expect(heard.messages).toMatchObject([{ data: { x: 7 }, seq: undefined, own: false }]);
    expect((await world.store.head("cursors")).seq).toBe(0);
    await world.close();
  });

  it("in plain mode is transmitted as it is", async () => {
    const one = scene({ protocol: plainProtocol({ isAck: () => undefined }) });
    expect(one.tab.send("early", { volatile: true }).status.get()).toEqual(rejected("NOT_CONNECTED"));
    one.tab.connect();
    one.socket().open();
    await one.settle();
    expect(one.tab.send("now", { volatile: true }).status.get()).toEqual({ kind: "sent" });
    expect(one.socket().sent).toEqual(["now"]);
    expect(one.tab.outbox.state.get().depth).toBe(0);
  });
});
