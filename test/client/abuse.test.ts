import { describe, expect, it } from "vitest";
import { createWorld, type World } from "../../src/testing/createWorld.ts";
import type { Tab } from "../../src/testing/tab.ts";
import { connect, data, event, scene } from "./script.ts";

const connected = async (world: World, tab: Tab): Promise<boolean> => {
  tab.connect();
  return world.runUntil(() => tab.state.get().name === "connected");
};

describe("names that no server takes", () => {
  const names = [
    ["no characters", ""],
    ["a control character", "a\u0000b"],
    ["300 letters", "x".repeat(300)],
    ["200 surrogate pairs", "💥".repeat(200)],
    ["a lone surrogate", "\ud800"],
  ];

  it.each(names)("%s: what is sent with it is rejected, the rest flows (fault 56)", async (_what, name) => {
    const world = createWorld();
    const tab = world.openTab();
    const good = tab.send(1);
    const bad = [tab.send(2, { channel: name }), tab.send(3, { idempotencyKey: name })];
    await connected(world, tab);
    await world.advance(1_000);
    expect(good.status.get().kind).toBe("acked");
    for (const { status } of bad)
      expect(status.get()).toEqual({ kind: "rejected", code: "INVALID_NAME", by: "client" });
  });

  it.each(names)(
    "%s: a subscription to it is told denied, the rest goes live (fault 56)",
    async (_what, name) => {
      const world = createWorld();
      const tab = world.openTab();
      const watch = tab.watch(name);
      expect(await connected(world, tab)).toBe(true);
      const later = tab.watch(`${name}\u0007`);
      await world.advance(1_000);
      expect(
        [...watch.continuity, ...later.continuity].map(({ result, reason }) => [result, reason]),
      ).toEqual([
        ["denied", "INVALID_NAME"],
        ["denied", "INVALID_NAME"],
      ]);
      expect(tab.state.get().name).toBe("connected");
    },
  );
});

describe("very much at once", () => {
  it("long names, many channels and a large token do not outgrow what a server reads before it knows who speaks (P3.3, fault 58)", async () => {
    const world = createWorld();
    const tab = world.openTab({ auth: () => ({ token: "t".repeat(8_000) }) });
    const channels = Array.from({ length: 60 }, (_, i) => `${"long".repeat(30)}${i}`);
    const watches = channels.map((channel) => tab.watch(channel));
    await connected(world, tab);
    tab.disconnect();
    for (const channel of channels) tab.send(channel, { channel });
    await connected(world, tab);
    await world.advance(1_000);
    expect(watches.map((watch) => watch.data())).toEqual(channels.map((channel) => [channel]));
  });

  it("unsent messages of a thousand channels are claimed in portions (P10.1, fault 58)", async () => {
    const world = createWorld();
    const tab = world.openTab();
    for (let i = 0; i < 1_000; i++) tab.send(i, { channel: `channel number ${i}` });
    await connected(world, tab);
    await world.advance(1_000);
    expect(tab.outbox.state.get().depth).toBe(0);
    expect(tab.sockets().length).toBe(1);
  });

  it("a channel above the server's limit is told denied; the others are live (P4.10, S14)", async () => {
    const world = createWorld({ server: { limits: { maxChannels: 60 } } });
    const tab = world.openTab();
    const watches = Array.from({ length: 61 }, (_, i) => tab.watch(`c${i}`));
    expect(await connected(world, tab)).toBe(true);
    expect(watches.flatMap(({ continuity }) => continuity.map(({ reason }) => reason))).toEqual([
      "TOO_MANY_CHANNELS",
    ]);
    expect(tab.sockets().length).toBe(1);
  });
});

describe("calls from inside handlers", () => {
  it("a handler that subscribes anew in onContinuity is told once (fault 44)", async () => {
    const world = createWorld();
    const tab = world.openTab();
    let told = 0;
    const onContinuity = (): void => {
      if (++told > 100) throw new Error("told for ever");
      stop();
      stop = tab.subscribe("room", () => undefined, { onContinuity });
    };
    let stop = tab.subscribe("room", () => undefined, { onContinuity, since: "snapshot" });
    await connected(world, tab);
    expect(told).toBe(1);
  });

  it.each(["reconnect", "disconnect", "dispose", "logout"] as const)(
    "after %s() in onMessage nothing more of that WebSocket message reaches the machine (fault 44)",
    async (call) => {
      const one = scene();
      one.tab.subscribe("room", () => void one.tab[call]());
      await connect(one);
      one
        .socket()
        .receive([
          data("room", event(1, 1, "")),
          { t: "goaway", reason: "drain", minMs: 0, maxMs: 1, deadlineMs: 1 },
        ]);
      await one.settle();
      expect(one.tab.state.get().name).toBe(call === "reconnect" ? "connecting" : "disconnected");
    },
  );

  it("a logger that throws is reported, the calls return (fault 44)", async () => {
    const one = scene({
      logger: () => {
        throw new Error("logger");
      },
    });
    await connect(one);
    expect(one.tab.record.errors.map(({ code }) => code)).toContain("HANDLER_THREW");
    expect(one.tab.state.get().name).toBe("connected");
  });
});

describe("who speaks", () => {
  it("another subject on the same client starts its own numbers; nothing is called lost (fault 67)", async () => {
    let who = "ann";
    const world = createWorld({ server: { authenticate: (token) => ({ subject: String(token) }) } });
    const tab = world.openTab({ auth: () => ({ token: who }) });
    tab.send(1);
    await connected(world, tab);
    await world.advance(1_000);
    await tab.logout();
    who = "ben";
    await connected(world, tab);
    const receipt = tab.send(2);
    await world.advance(1_000);
    expect(receipt.status.get()).toEqual({ kind: "acked", seq: 2 });
    expect(tab.record.lost).toEqual([]);
  });

  it("tokens that live half a minute are renewed on one socket, once in half a life (P3.7, fault 65)", async () => {
    const world: World = createWorld({
      server: { authenticate: () => ({ subject: "ann", expiresAt: world.clock.wallMs() + 30_000 }) },
    });
    let asked = 0;
    const tab = world.openTab({
      auth: () => {
        asked++;
        return new Promise((resolve) => void tab.page.clock.after(20, () => resolve({ token: "t" })));
      },
    });
    await connected(world, tab);
    await world.advance(300_000);
    expect(tab.sockets().length).toBe(1);
    expect(asked).toBeLessThan(25);
  });
});
