import { describe, expect, it } from "vitest";
import type { Socket } from "../../src/core/ports.ts";
import type { ServerSocket } from "../../src/server/serverSocket.ts";
import type { Listener } from "../../src/testing/connection.ts";
import { createNetwork } from "../../src/testing/network.ts";
import { seededDice } from "../../src/testing/seededDice.ts";
import { virtualClock } from "../../src/testing/virtualClock.ts";

/** A client end, a server end that writes down what it hears, and the network between. */
const wire = ({ listening = true, scripted = false, jitterMs = 0 } = {}) => {
  const clock = virtualClock();
  const network = createNetwork({
    clock,
    dice: seededDice(1),
    link: { latencyMs: 10, jitterMs },
    scripted,
  });
  const page = clock.device();
  const heard: string[] = [];
  const served: string[] = [];
  const far: { socket?: ServerSocket } = {};
  const listener: Listener = {
    run: (task) => task(),
    accept: (socket) => {
      far.socket = socket;
      socket.send("welcome");
      return {
        received: (data) => served.push(data as string),
        closed: () => served.push("closed"),
      };
    },
  };
  if (listening) network.listen([listener]);
  const dial = (): Socket =>
    network.openSocket("tab", page)("ws://test", [], {
      opened: () => heard.push("opened"),
      received: (data) => heard.push(data as string),
      closed: ({ code, wasClean }) => heard.push(`closed ${code}${wasClean ? "" : " dirty"}`),
    });
  return { clock, network, listener, page, heard, served, far, dial, last: () => network.sockets.at(-1)! };
};

describe("the simulated network", () => {
  it("opens a socket after a round trip and carries messages in order, one latency each", async () => {
    const { clock, heard, served, dial } = wire();
    const socket = dial();
    await clock.advance(19);
    expect(heard).toEqual([]);
    expect(() => socket.send("early")).toThrow("connecting");
    await clock.advance(1);
    expect(heard).toEqual(["opened", "welcome"]);
    socket.send("1");
    socket.send("2");
    await clock.advance(9);
    expect(served).toEqual([]);
    await clock.advance(1);
    expect(served).toEqual(["1", "2"]);
  });

  it("keeps order under jitter", async () => {
    const { clock, served, dial } = wire({ jitterMs: 50 });
    const socket = dial();
    await clock.advance(200);
    const sent = Array.from({ length: 50 }, (_, i) => String(i));
    for (const text of sent) {
      socket.send(text);
      await clock.advance(3);
    }
    await clock.advance(200);
    expect(served).toEqual(sent);
  });

  it("a cut tells both ends 1006 and loses what was under way (fault 3)", async () => {
    const { clock, heard, served, dial, far, last } = wire();
    const socket = dial();
    await clock.advance(20);
    socket.send("lost");
    far.socket!.send("lost too");
    last().cut();
    await clock.advance(100);
    expect(heard.slice(2)).toEqual(["closed 1006 dirty"]);
    expect(served).toEqual(["closed"]);
    expect(() => socket.send("late")).toThrow("closed");
  });

  it("a half-open connection tells nobody, and what was sent arrives if it heals (fault 1)", async () => {
    const { clock, heard, served, dial, last } = wire();
    const socket = dial();
    await clock.advance(20);
    last().stall();
    socket.send("held");
    expect(socket.bufferedBytes()).toBeGreaterThan(0);
    await clock.advance(60_000);
    expect([heard.length, served]).toEqual([2, []]);
    last().resume();
    await clock.advance(10);
    expect(served).toEqual(["held"]);
    expect(socket.bufferedBytes()).toBe(0);
  });

  it("an asymmetric partition carries one way only (fault 14)", async () => {
    const { clock, heard, served, dial, far, last } = wire();
    const socket = dial();
    await clock.advance(20);
    last().stall("down");
    socket.send("up");
    far.socket!.send("down");
    await clock.advance(100);
    expect(served).toEqual(["up"]);
    expect(heard).toEqual(["opened", "welcome"]);
  });

  it("a close reaches the other end behind what was sent before it, and comes back clean", async () => {
    const { clock, heard, served, dial } = wire();
    const socket = dial();
    await clock.advance(20);
    socket.send("last words");
    socket.close(1000, "");
    await clock.advance(20);
    expect(served).toEqual(["last words", "closed"]);
    expect(heard.at(-1)).toBe("closed 1000");
  });

  it("a close into a black hole ends after the browser's patience, not cleanly", async () => {
    const { clock, heard, dial, last } = wire();
    const socket = dial();
    await clock.advance(20);
    last().stall();
    socket.close(4007, "");
    await clock.advance(29_999);
    expect(last().state()).toBe("closing");
    await clock.advance(1);
    expect(heard.at(-1)).toBe("closed 1006 dirty");
  });

  it("an abandoned socket is never heard of again", async () => {
    const { clock, heard, served, dial, far } = wire();
    const socket = dial();
    await clock.advance(20);
    far.socket!.send("under way");
    socket.abandon(1000, "");
    await clock.advance(100);
    expect(heard).toEqual(["opened", "welcome"]);
    expect(served).toEqual(["closed"]);
  });

  it("an attempt nobody answers fails, an attempt into a partition hangs (fault 12)", async () => {
    const refused = wire({ listening: false });
    refused.dial();
    await refused.clock.advance(20);
    expect(refused.heard).toEqual(["closed 1006 dirty"]);

    const hanging = wire();
    hanging.network.stall();
    hanging.dial();
    await hanging.clock.advance(60_000);
    expect(hanging.network.live("tab").map((socket) => socket.state())).toEqual(["connecting"]);
    hanging.network.resume();
    await hanging.clock.advance(20);
    expect(hanging.heard[0]).toBe("opened");
  });

  it("a thin link fills the buffer and drains at its rate (fault 15)", async () => {
    const { clock, network, served, dial } = wire();
    const socket = dial();
    await clock.advance(20);
    network.shape({ bytesPerSecond: 1_000 });
    socket.send("x".repeat(992));
    expect(socket.bufferedBytes()).toBe(1_000);
    await clock.advance(1_009);
    expect([served.length, socket.bufferedBytes()]).toEqual([0, 0]);
    await clock.advance(1);
    expect(served.length).toBe(1);
  });

  it("a dead server process resets its connections", async () => {
    const { clock, network, listener, heard, dial } = wire();
    dial();
    await clock.advance(20);
    network.listen([]);
    network.serverLost(listener);
    await clock.advance(10);
    expect(heard.at(-1)).toBe("closed 1006 dirty");
  });

  it("a scripted far end opens, speaks and closes when the test says so", () => {
    const { heard, dial, network } = wire({ scripted: true });
    const socket = dial();
    const [one] = network.sockets;
    one!.open();
    socket.send('[{"t":"ping"}]');
    one!.receive({ t: "pong" });
    one!.close(1012, "restart");
    expect(heard).toEqual(["opened", '{"t":"pong"}', "closed 1012"]);
    expect(one!.frames()).toEqual([{ t: "ping" }]);
  });
});
