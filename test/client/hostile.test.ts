import { describe, expect, it } from "vitest";
import { connect, data, event, hello, live, scene, welcome, authed } from "./script.ts";

const greet = async (frame: unknown) => {
  const one = scene();
  one.tab.send("x");
  one.tab.connect();
  one.socket().open();
  await one.settle();
  one.socket().receive(JSON.stringify(frame));
  await one.settle();
  return one;
};

describe("a hostile server", () => {
  it("that sends a snapshot which is no JSON loses the socket, not the process (fault 55)", async () => {
    const one = scene();
    one.tab.watch("room");
    await connect(one, [{ ...live("room", 9, "t9"), status: "snapshot" }]);
    one.socket().receive({
      t: "snapshot",
      c: "room",
      epoch: "e1",
      seq: 9,
      tail: "t9",
      part: 0,
      parts: 1,
      d: "{",
    });
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({ name: "reconnecting", lastError: { code: "INVALID_FRAME" } });
  });

  it.each([
    ["text for a limit", { maxFrameBytes: "many", windowMessages: 1, windowBytes: 1, maxChannels: 1 }],
    ["a negative limit", { maxFrameBytes: -1, windowMessages: 1, windowBytes: 1, maxChannels: 1 }],
  ])("with %s is not resilient", async (_, limits) => {
    const one = await greet({ ...hello, limits });
    expect(one.tab.state.get()).toMatchObject({ code: "NOT_RESILIENT" });
  });

  it("with windows of 0 still gets one message at a time", async () => {
    const limits = { maxFrameBytes: 0, windowMessages: 0, windowBytes: 0, maxChannels: 0 };
    const one = await greet({ ...hello, limits });
    one.socket().receive([authed, welcome()]);
    await one.world.advance(11_000);
    expect(one.sent("pub").length).toBeGreaterThan(0);
  });

  it("with a heartbeat of 0 ms does not make the client spin", async () => {
    const one = await greet({ ...hello, hbMs: 0, hbTimeoutMs: 0 });
    one.socket().receive([authed, welcome()]);
    await one.world.advance(900);
    expect(one.sent("ping").length).toBeLessThanOrEqual(1);
    expect(one.tab.sockets()).toHaveLength(1);
  });

  it("that asks a lane to wait for a year waits two minutes (fault 74)", async () => {
    const one = scene();
    await connect(one);
    one.tab.send("x");
    await one.settle();
    const { p } = one.sent("pub")[0] as { p: string };
    const year = 365 * 24 * 3_600_000;
    one
      .socket()
      .receive({ t: "nack", p, c: "default", n: 1, code: "LATER", retriable: true, retryAfterMs: year });
    const pass = async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= 10_000) {
        await one.world.advance(Math.min(left, 10_000));
        one.socket().receive({ t: "ping" });
      }
    };
    await pass(119_000);
    expect(one.sent("pub")).toHaveLength(1);
    await pass(2_000);
    expect(one.sent("pub")).toHaveLength(2);
  });

  it("that speaks of channels and producers nobody asked for is ignored (fault 48)", async () => {
    const one = scene();
    const room = one.tab.watch("room");
    await connect(one);
    one
      .socket()
      .receive([
        data("elsewhere", event(1)),
        { t: "delta", c: "elsewhere", epoch: "e", from: 1, to: 1, ev: [event(1)], more: false },
        { t: "live", c: "elsewhere", epoch: "e", seq: 1, tail: "t1" },
        { t: "ack", p: "foreign", c: "default", n: 5, head: 5 },
        { t: "nack", p: "foreign", c: "default", n: 5, code: "ROLLED_BACK", retriable: false },
        { t: "positions", producers: [{ p: "foreign", c: "default", n: 5, head: 5 }] },
      ]);
    await one.settle();
    expect(one.tab.state.get().name).toBe("connected");
    expect(room.messages).toHaveLength(0);
    expect(one.tab.record.lost).toEqual([]);
  });

  it.each([
    ["a verdict whose code is no text", { verdicts: [[2, 2, 7]] }],
    ["a run that is no run", { runs: [null] }],
  ])(
    "whose ack holds %s settles nothing by half: the messages stay and are sent again (I8)",
    async (_, odd) => {
      const one = scene();
      await connect(one);
      for (const payload of ["a", "b"]) one.tab.send(payload);
      await one.settle();
      const { p, c } = one.sent("pub")[0] as { p: string; c: string };
      one.socket().receive({ t: "ack", p, c, n: 2, head: 2, ...odd } as never);
      await one.settle();
      expect(one.tab.state.get()).toMatchObject({
        name: "reconnecting",
        lastError: { code: "INVALID_FRAME" },
      });
      expect(one.tab.record.settled).toEqual([]);
      expect(one.tab.outbox.state.get().depth).toBe(2);
    },
  );

  it("cannot plant prototypes: keys of a payload are data (S18)", async () => {
    const one = scene();
    const room = one.tab.watch("__proto__");
    await connect(one);
    one
      .socket()
      .receive(
        `{"t":"data","c":"__proto__","ev":[{"seq":1,"tail":"t1","prev":"","lam":1,"d":{"__proto__":{"polluted":1}}}]}`,
      );
    await one.settle();
    expect(room.messages).toHaveLength(1);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
