import { afterEach, describe, expect, it } from "vitest";
import { plainProtocol } from "../../../src/client/plainProtocol.ts";
import { createWorld, type World } from "../../../src/testing/createWorld.ts";
import type { Tab } from "../../../src/testing/tab.ts";

let world: World;
afterEach(() => world.close());

const group = async (
  options: Parameters<typeof plainProtocol>[0] = {},
  tabs: object | null = {},
): Promise<Tab[]> => {
  world = createWorld({ server: false });
  const browser = world.openBrowser();
  const all = [1, 2].map(() =>
    browser.openTab({
      protocol: plainProtocol(options),
      ...(tabs && { tabs }),
      app: (boot) => boot.connect(),
    }),
  );
  await world.advance(100);
  for (const socket of world.sockets) socket.open();
  await world.advance(100);
  return all;
};

describe("plain mode", () => {
  it("gives each tab a connection of its own unless the app says otherwise", async () => {
    await group({}, null);
    expect(world.sockets).toHaveLength(2);
  });

  it("shares a socket where the app asks for it: what comes reaches every tab, what each sends leaves in order", async () => {
    const [leader, other] = (await group()) as [Tab, Tab];
    expect(world.sockets).toHaveLength(1);
    expect([leader, other].map((tab) => tab.state.get().name)).toEqual(["connected", "connected"]);
    const watches = [leader, other].map((tab) => tab.watch("default"));
    const receipts = [other.send("one"), other.send("two"), leader.send("three")];
    await world.advance(100);
    expect(world.sockets[0]?.sent.toSorted()).toEqual(["one", "three", "two"]);
    expect(receipts.map(({ status }) => status.get().kind)).toEqual(["sent", "sent", "sent"]);
    world.sockets[0]?.receive("hello");
    await world.advance(100);
    expect(watches.map((watch) => watch.data())).toEqual([["hello"], ["hello"]]);
  });

  it("shares nothing over storage events, which cannot carry bytes", async () => {
    const tabs = await group({}, { election: "storage" });
    expect(tabs.map((tab) => tab.tabs.get().rung)).toEqual(["solo", "solo"]);
    expect(world.sockets).toHaveLength(2);
    const receipts = tabs.map((tab) => tab.send(new Uint8Array([1, 2, 3]).buffer));
    await world.advance(100);
    expect(receipts.map(({ status }) => status.get().kind)).toEqual(["sent", "sent"]);
  });

  it("settles uncertain what was handed to a leader that died", async () => {
    const [leader, other] = (await group()) as [Tab, Tab];
    leader.hang();
    const receipt = other.send("who knows");
    await world.advance(200);
    expect(receipt.status.get().kind).not.toBe("sent");
    leader.crash();
    await world.advance(5_000);
    expect(receipt.status.get().kind).toBe("uncertain");
  });

  it("sends again what a server that acknowledges has not, when the leader died", async () => {
    const [leader, other] = (await group({
      serialize: (payload, { id }) => JSON.stringify({ id, payload }),
      isAck: (raw) => {
        const { ack } = JSON.parse(raw as string) as { ack?: string };
        return ack === undefined ? undefined : [ack];
      },
    })) as [Tab, Tab];
    const receipt = other.send("keep me", { idempotencyKey: "k" });
    await world.advance(100);
    leader.crash();
    await world.advance(5_000);
    const next = world.sockets.at(-1);
    next?.open();
    await world.advance(100);
    expect(next?.sent).toEqual([JSON.stringify({ id: "k", payload: "keep me" })]);
    next?.receive('{"ack":"k"}');
    await world.advance(100);
    expect(receipt.status.get().kind).toBe("acked");
  });
});
