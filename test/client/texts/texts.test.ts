import { describe, expect, it } from "vitest";
import type { Protocol } from "../../../src/client/protocol.ts";
import { createWorld } from "../../../src/testing/createWorld.ts";
import { resumeById, resumeBySeq } from "./textsProtocol.ts";
import { createTextsServer } from "./textsServer.ts";

const dialects: readonly (readonly [string, () => Protocol])[] = [
  ["{ type: 'resume', lastSeenId }", resumeById],
  ["{ lastSeqId } and SYNC_DELTA", resumeBySeq],
];

const play = (protocol: () => Protocol, seed: number | string = 1) => {
  const world = createWorld({ seed, jitterMs: 20 });
  const server = createTextsServer();
  world.network.listen([
    {
      run: (task) => task(),
      accept: (socket) => {
        const { received, closed } = server.accept(socket);
        return { closed, received: (data) => received(data as string) };
      },
    },
  ]);
  const open = () => {
    const tab = world.openTab({ protocol: protocol() });
    return { tab, heard: tab.watch("default") };
  };
  const connected = (...pages: ReturnType<typeof open>[]): Promise<boolean> =>
    world.runUntil(() => pages.every(({ tab }) => tab.state.get().name === "connected"));
  return { world, server, open, connected };
};

describe.each(dialects)("a server of the source texts: %s", (_name, protocol) => {
  it("sends its first frame before anything that waits, with the last place from the second socket on", async () => {
    const { world, server, open, connected } = play(protocol);
    const page = open();
    page.tab.send("waits");
    page.tab.connect();
    await connected(page);
    await world.advance(100);
    const [first] = page.tab.sockets();
    expect(first!.sent.map((text) => (JSON.parse(text) as { type: string }).type)).toEqual([
      protocol === resumeById ? "resume" : "reconnect",
      "message",
    ]);
    server.publish("one");
    await world.advance(100);
    first!.cut();
    await world.advance(1);
    await connected(page);
    await world.advance(100);
    const last = protocol === resumeById ? { lastSeenId: "msg-2" } : { lastSeqId: 2 };
    expect(JSON.parse(page.tab.sockets().at(-1)!.sent[0]!)).toMatchObject(last);
  });

  it("acknowledges a message that comes again and does not publish it again (fault 45, fault 47)", async () => {
    const { world, server, open, connected } = play(protocol);
    const page = open();
    page.tab.connect();
    await connected(page);
    await world.advance(100);
    server.publish("first");
    await world.advance(100);
    const receipt = page.tab.send("once");
    await world.advance(1);
    // The message arrives, its acknowledgement does not.
    page.tab.sockets()[0]!.stall("down");
    await world.advance(100);
    page.tab.sockets()[0]!.cut();
    await world.advance(1);
    await connected(page);
    await world.advance(100);
    expect(server.stream.map(({ payload }) => payload)).toEqual(["first", "once"]);
    expect(server.duplicates()).toBe(1);
    expect(receipt.status.get()).toEqual({ kind: "acked", seq: undefined });
    expect(page.heard.data()).toEqual(["first", "once"]);
  });

  it("delivers after a break what was missed, once, in order (fault 3, fault 51)", async () => {
    const { world, server, open, connected } = play(protocol);
    const page = open();
    page.tab.connect();
    await connected(page);
    await world.advance(100);
    server.publish(1);
    await world.advance(100);
    world.network.refuse(true);
    world.network.cut();
    for (const n of [2, 3, 4]) server.publish(n);
    await world.advance(5_000);
    world.network.refuse(false);
    await connected(page);
    await world.advance(100);
    server.publish(5);
    await world.advance(100);
    expect(page.heard.data()).toEqual([1, 2, 3, 4, 5]);
    expect(page.heard.continuity.map(({ result, replayed }) => [result, replayed])).toEqual(
      protocol === resumeBySeq ? [["replayed", 3]] : [],
    );
  });

  it("whose stream went back closes 4000 INVALID_SEQ: the place is forgotten, the channel told lost, and it goes on (fault 50, fault 53)", async () => {
    const { world, server, open, connected } = play(protocol);
    const page = open();
    page.tab.connect();
    await connected(page);
    await world.advance(100);
    for (const n of [1, 2, 3]) server.publish(n);
    await world.advance(100);
    (server.stream as unknown[]).length = 1;
    page.tab.sockets()[0]!.cut();
    await world.runUntil(() => page.tab.sockets().length === 3);
    await connected(page);
    await world.advance(100);
    expect(page.heard.continuity).toMatchObject([
      { result: "lost", missed: undefined, reason: "INVALID_SEQ" },
    ]);
    server.publish("after");
    await world.advance(100);
    expect(page.heard.data()).toEqual([1, 2, 3, "after"]);
  });

  it("tells a page lost that broke off before its first message: it had no place to resume from (I8)", async () => {
    const { world, server, open, connected } = play(protocol);
    const page = open();
    page.tab.connect();
    await connected(page);
    await world.advance(100);
    world.network.cut();
    server.publish("unheard");
    await world.advance(1);
    await connected(page);
    await world.advance(100);
    expect(page.heard.continuity).toMatchObject([
      { result: "lost", missed: undefined, reason: "not_resumed" },
    ]);
  });

  it("random histories of two pages and this server: 0 lost, 0 twice, in order, every message acked (I1, I2, I3, I6)", async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { world, server, open, connected } = play(protocol, seed);
      const dice = world.dice.fork("history");
      const pages = [open(), open()];
      pages.forEach(({ tab }) => tab.connect());
      await connected(...pages);
      await world.advance(100);
      // Before its first message a page has no place to resume from.
      let count = 1;
      server.publish(count);
      await world.advance(100);
      const acts: readonly (() => void)[] = [
        () => void dice.oneOf(pages).tab.send(++count),
        () => void dice.oneOf(pages).tab.send(++count),
        () => void server.publish(++count),
        () => dice.oneOf(world.network.live())?.cut(),
        () => dice.oneOf(world.network.live())?.stall(dice.oneOf(["up", "down", "both"])),
        () => world.network.resume(),
        () => world.network.cut(),
      ];
      for (let step = 0; step < 60; step++) {
        if (world.network.live().length) dice.oneOf(acts)();
        await world.advance(dice.oneOf([0, 1, 30, 400]));
      }
      world.network.cut();
      world.network.resume();
      await world.advance(1);
      await connected(...pages);
      await world.advance(1_000);
      const stream = server.stream.map(({ payload }) => payload as number);
      expect({ seed, stream: [...stream].sort((a, b) => a - b) }).toEqual({
        seed,
        stream: Array.from({ length: count }, (_, i) => i + 1),
      });
      for (const { tab, heard } of pages) {
        expect({ seed, heard: heard.data() }).toEqual({ seed, heard: stream });
        expect(new Set(tab.record.settled.map(({ settlement }) => settlement.kind))).toEqual(
          new Set(tab.record.settled.length ? ["acked"] : []),
        );
        expect(tab.outbox.state.get().depth).toBe(0);
      }
      await world.close();
    }
  });
});
