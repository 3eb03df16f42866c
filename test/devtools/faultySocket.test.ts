import { describe, expect, it } from "vitest";
import { createFaultySocket } from "../../src/devtools/faultySocket.ts";
import { createPage } from "../../src/testing/page.ts";
import { createWorld } from "../../src/testing/createWorld.ts";

const open = async () => {
  const world = createWorld({ server: false, latencyMs: 0 });
  const page = createPage(world.clock.device());
  const faulty = createFaultySocket(page.clock, world.network.openSocket("page", page.clock));
  const heard: string[] = [];
  const dial = () =>
    faulty.open("ws://localhost/ws", [], {
      opened: () => heard.push("opened"),
      received: (data) => heard.push(data as string),
      closed: ({ code }) => heard.push(`closed ${code}`),
    });
  const socket = dial();
  world.sockets[0]!.open();
  await world.advance(10);
  return { world, faulty, heard, dial, socket };
};

describe("the faulty socket", () => {
  it("passes everything while it is sound", async () => {
    const { world, heard, socket } = await open();
    socket.send("up");
    world.sockets[0]!.receive("down");
    await world.advance(10);
    expect(world.sockets[0]!.sent).toEqual(["up"]);
    world.sockets[0]!.close(4004);
    await world.advance(10);
    expect(heard).toEqual(["opened", "down", "closed 4004"]);
  });

  it("delays both ways and keeps the order, also when the latency falls", async () => {
    const { world, faulty, heard, socket } = await open();
    faulty.change({ latencyMs: 500 });
    socket.send("slow");
    world.sockets[0]!.receive("first");
    await world.advance(100);
    faulty.change({ latencyMs: 0 });
    socket.send("fast");
    world.sockets[0]!.receive("second");
    await world.advance(100);
    expect(world.sockets[0]!.sent).toEqual([]);
    await world.advance(500);
    expect(world.sockets[0]!.sent).toEqual(["slow", "fast"]);
    expect(heard).toEqual(["opened", "first", "second"]);
  });

  it("is silent until it is told to speak, and then loses nothing", async () => {
    const { world, faulty, heard, socket } = await open();
    faulty.change({ silent: true });
    socket.send("up");
    world.sockets[0]!.receive("down");
    await world.advance(60_000);
    expect(world.sockets[0]!.sent).toEqual([]);
    faulty.change({ silent: false });
    await world.advance(10);
    expect(world.sockets[0]!.sent).toEqual(["up"]);
    expect(heard).toEqual(["opened", "down"]);
  });

  it("resets what is open, refuses what is dialled, and says what it is told", async () => {
    const { world, faulty, heard, dial } = await open();
    faulty.say("<html>");
    faulty.cut();
    expect(heard).toEqual(["opened", "<html>", "closed 1006"]);
    faulty.change({ refusing: true });
    const never = dial();
    never.send("into the void");
    await world.advance(10);
    expect(heard.at(-1)).toBe("closed 1006");
    expect(heard).toHaveLength(4);
    dial().abandon(1000, "");
    await world.advance(10);
    expect(heard).toHaveLength(4);
    expect(world.sockets).toHaveLength(1);
  });
});
