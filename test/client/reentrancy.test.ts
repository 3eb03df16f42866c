import { describe, expect, it } from "vitest";
import type { ServerFrame } from "../../src/protocol/frames.ts";
import { authed, connect, data, event, hello, live, scene, welcome, type Scene } from "./script.ts";

const goaway: ServerFrame = { t: "goaway", reason: "drain", minMs: 0, maxMs: 1, deadlineMs: 1 };
const calls = {
  disconnect: (one: Scene) => one.tab.disconnect(),
  reconnect: (one: Scene) => one.tab.reconnect(),
  dispose: (one: Scene) => void one.tab.dispose(),
  logout: (one: Scene) => void one.tab.logout(),
} as const;
const names = Object.keys(calls) as (keyof typeof calls)[];

/** Whatever a server says after a call, the call holds and nothing is illegal. */
const expectSane = (one: Scene, call: keyof typeof calls): void => {
  for (const { to } of one.tab.record.transitions)
    expect(to).not.toMatchObject({ code: "ILLEGAL_TRANSITION" });
  expect(one.tab.state.get().name).toBe(call === "reconnect" ? "connecting" : "disconnected");
  expect(one.world.network.live(one.tab.id)).toHaveLength(call === "reconnect" ? 1 : 0);
};

/** Every frame of a server, in one WebSocket message, in an order no good server uses. */
const everything = (one: Scene): ServerFrame[] => {
  const { p = "p", c = "c" } = (one.sent("pub")[0] ?? {}) as { p?: string; c?: string };
  return [
    goaway,
    { t: "ack", p, c, n: 1, head: 1 },
    { t: "positions", producers: [{ p, c, n: 1, head: 1 }] },
    { t: "live", c: "room", epoch: "e1", seq: 1, tail: "t1" },
    { t: "reauth", byMs: 1 },
    { t: "subscribed", ...live("room") },
    { t: "error", code: "INVALID_SEQ", retriable: true, ref: "room" },
    { t: "nack", p, c, n: 1, code: "ROLLED_BACK", retriable: false },
    { t: "ping" },
  ];
};

describe.each(names)("%s() from inside", (call) => {
  it("a message handler stops the rest of the frame and of the WebSocket message", async () => {
    const one = scene();
    const seen: unknown[] = [];
    one.tab.subscribe("room", ({ data: d }) => {
      seen.push(d);
      calls[call](one);
    });
    await connect(one);
    one.tab.send("x");
    await one.settle();
    one.socket().receive([data("room", event(1, "first", ""), event(2, "second")), ...everything(one)]);
    await one.settle();
    expect(seen).toEqual(["first"]);
    expectSane(one, call);
  });

  it("a settled handler, with every other frame behind the ack", async () => {
    const one = scene();
    one.tab.subscribe("room", () => undefined);
    await connect(one);
    one.tab.send("x");
    await one.settle();
    one.tab.on("settled", () => calls[call](one));
    const { p, c } = one.sent("pub")[0] as { p: string; c: string };
    one.socket().receive([{ t: "ack", p, c, n: 1, head: 1 }, welcome(), authed, ...everything(one)]);
    await one.settle();
    expectSane(one, call);
  });

  it("a continuity handler", async () => {
    const one = scene();
    let first = true;
    one.tab.subscribe("room", () => undefined, {
      onContinuity: () => {
        if (first) calls[call](one);
        first = false;
      },
    });
    await connect(one, [{ ...live("room", 3, "t3"), status: "denied" }]);
    one.tab.sockets()[0]!.receive(everything(one));
    await one.settle();
    expectSane(one, call);
  });

  it.each(["connecting", "authenticating", "resuming", "connected"])(
    "a listener of the state %s",
    async (name) => {
      let asked = 0;
      const one = scene({
        auth: () => {
          asked++;
          return { token: "t" };
        },
      });
      let left = false;
      one.tab.state.subscribe(() => {
        if (left || one.tab.state.get().name !== name) return;
        left = true;
        calls[call](one);
      });
      one.tab.subscribe("room", () => undefined);
      one.tab.connect();
      one.tab.sockets()[0]!.open();
      await one.settle();
      one.tab.sockets()[0]!.receive(hello);
      await one.settle();
      one.tab.sockets()[0]!.receive([authed, welcome([live("room")]), ...everything(one)]);
      await one.settle();
      expect(left).toBe(true);
      expectSane(one, call);
      if (name === "authenticating") expect(asked).toBe(0);
    },
  );
});

describe("frames out of order", () => {
  it("goaway before welcome is heard and changes nothing", async () => {
    const one = scene();
    one.tab.connect();
    one.socket().open();
    await one.settle();
    one.socket().receive([hello, goaway]);
    await one.settle();
    expect(one.tab.state.get().name).toBe("authenticating");
  });

  it("a second welcome loses the socket, not the client (fault 55)", async () => {
    const one = scene();
    await connect(one);
    one.socket().receive(welcome());
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({ name: "reconnecting", lastError: { code: "INVALID_FRAME" } });
  });
});

describe("a handler that lets another one go", () => {
  it("has it hear nothing more of what is being delivered", async () => {
    const one = scene();
    const heard: unknown[] = [];
    let letGo = (): void => undefined;
    one.tab.subscribe("room", () => letGo());
    const stops = [
      one.tab.subscribe("room", ({ data: payload }) => heard.push(payload)),
      one.tab.backlog("room", () => heard.push("rung")).stop,
    ];
    letGo = () => stops.forEach((stop) => stop());
    await connect(one);
    one.socket().receive(data("room", event(1, 1, "")));
    await one.settle();
    expect(heard).toEqual([]);
  });

  it("has it hear nothing more of what is being told", async () => {
    const one = scene();
    const heard: unknown[] = [];
    let letGo = (): void => undefined;
    one.tab.subscribe("room", () => undefined, { onContinuity: () => letGo() });
    letGo = one.tab.subscribe("room", () => undefined, { onContinuity: ({ result }) => heard.push(result) });
    await connect(one, [{ c: "room", epoch: "", head: 0, tail: "", status: "denied" }]);
    expect(heard).toEqual([]);
  });
});

describe("what an app throws and cannot be told as text", () => {
  const boom = (): never => {
    throw Object.create(null);
  };

  it("by a handler is reported, and the others and the connection go on", async () => {
    const one = scene();
    const heard: unknown[] = [];
    one.tab.subscribe("room", boom);
    one.tab.subscribe("room", ({ data: payload }) => heard.push(payload));
    await connect(one);
    one.socket().receive(data("room", event(1, 1, ""), event(2)));
    await one.settle();
    expect(heard).toEqual([1, 2]);
    expect(one.tab.record.errors).toMatchObject([{ code: "HANDLER_THREW" }, { code: "HANDLER_THREW" }]);
    expect(one.tab.state.get().name).toBe("connected");
  });

  it("by a guard withdraws the message", async () => {
    const one = scene();
    await connect(one);
    const { settled } = one.tab.send(1, { guard: boom });
    await one.settle();
    expect(await settled).toEqual({ kind: "aborted" });
  });

  it.each([
    ["URL_FAILED", { url: async () => boom(), name: "app" }],
    ["URL_FAILED", { url: async () => Object.create(null) as never, name: "app" }],
    ["AUTH_FAILED", { auth: async () => boom() }],
  ])("is %s, and tried again", async (code, options) => {
    const one = scene(options);
    one.tab.connect();
    await one.settle();
    one.world.sockets[0]?.open();
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({ name: "reconnecting", lastError: { code } });
  });
});
