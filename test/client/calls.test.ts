import { describe, expect, it } from "vitest";
import type { ConnectionState } from "../../src/core/connectionState.ts";
import { resources } from "../../src/core/machine/resources.ts";
import { accept, authed, connect, hello, live, scene, type Scene, welcome } from "./script.ts";

/** Brings a client into each state. */
const ways: Readonly<Record<ConnectionState["name"], (one: Scene) => Promise<void>>> = {
  disconnected: async () => undefined,
  connecting: async (one) => one.tab.connect(),
  authenticating: async (one) => {
    one.tab.connect();
    one.socket().open();
    await one.settle();
  },
  resuming: async (one) => {
    one.tab.subscribe("slow", () => undefined);
    await connect(one, [{ ...live("slow", 1, "t1"), status: "delta" }]);
  },
  connected: (one) => connect(one),
  reconnecting: async (one) => {
    await connect(one);
    one.socket().close(1006);
    await one.settle();
  },
  failed: async (one) => {
    await connect(one);
    one.socket().close(4500);
    await one.settle();
  },
};
const names = Object.keys(ways) as ConnectionState["name"][];
const inState = async (name: ConnectionState["name"]): Promise<Scene> => {
  const one = scene();
  await ways[name](one);
  expect(one.tab.state.get().name).toBe(name);
  return one;
};
/** Timers of the page; the world's own (the network) are not counted. */
const timers = (one: Scene): number => one.tab.page.clock.timers();

describe("public calls are total", () => {
  for (const name of names)
    for (const call of ["connect", "disconnect", "reconnect", "logout", "dispose"] as const)
      it(`${call}() twice in ${name} neither throws nor breaks the machine, and leaves at most one socket`, async () => {
        const one = await inState(name);
        void one.tab[call]();
        void one.tab[call]();
        await one.settle();
        expect(one.tab.state.get()).not.toMatchObject({ code: "ILLEGAL_TRANSITION" });
        expect(one.world.network.live(one.tab.id).length).toBeLessThanOrEqual(1);
        expect(one.world.sockets.every(({ liveBefore }) => liveBefore === 0)).toBe(true);
      });

  for (const name of names) {
    it(`send() and subscribe() in ${name} take effect`, async () => {
      const one = await inState(name);
      one.tab.subscribe("room", () => undefined);
      one.tab.send("x");
      await one.settle();
      expect(one.tab.outbox.state.get().depth).toBe(1);
    });

    it(`disconnect() in ${name} holds no socket, timer or listener (fault 42)`, async () => {
      const one = await inState(name);
      one.tab.disconnect();
      expect(one.world.network.live(one.tab.id)).toHaveLength(0);
      expect(timers(one)).toBe(0);
      expect(one.tab.page.listeners()).toBe(0);
      one.tab.page.hint("online");
      await one.world.advance(600_000);
      expect(one.tab.state.get()).toEqual({ name: "disconnected", reason: "requested" });
    });

    it(`in ${name} nothing lives that the table does not declare`, async () => {
      const one = await inState(name);
      const held = resources[name];
      expect(timers(one)).toBeLessThanOrEqual(held.timers.length);
      expect(one.world.network.live(one.tab.id).length).toBe(held.socket ? 1 : 0);
      expect(one.tab.page.listeners()).toBe(held.sensors ? 1 : 0);
    });
  }
});

describe("network and page", () => {
  it("closes the socket when the page is suspended and comes back with it (fault 24)", async () => {
    const one = await inState("connected");
    one.tab.page.hint("suspended");
    expect(one.tab.state.get()).toEqual({ name: "disconnected", reason: "suspended" });
    expect(one.world.network.live(one.tab.id)).toHaveLength(0);
    expect(timers(one)).toBe(0);
    one.tab.page.hint("restored");
    await accept(one);
    expect(one.tab.state.get().name).toBe("connected");
  });

  it("probes at once on a network change and replaces a dead socket within seconds (fault 17)", async () => {
    const one = await inState("connected");
    one.tab.page.hint("network");
    await one.settle();
    expect(one.sent("ping")).toHaveLength(1);
    await one.world.advance(3_000);
    expect(one.tab.sockets()).toHaveLength(2);
  });

  it("keeps a live socket through a lying offline event (fault 16)", async () => {
    const one = await inState("connected");
    one.tab.page.hint("offline");
    await one.settle();
    one.socket().receive({ t: "pong" });
    await one.world.advance(5_000);
    expect(one.tab.sockets()).toHaveLength(1);
    expect(one.tab.state.get().name).toBe("connected");
  });

  it("retries at once when the network comes back, at most once a second (fault 73)", async () => {
    const one = await inState("reconnecting");
    for (let i = 0; i < 12; i++) {
      one.tab.page.hint("online");
      await one.world.advance(100);
      if (one.socket().state() === "connecting") one.socket().close(1006);
    }
    expect(one.tab.sockets().length - 1).toBeLessThanOrEqual(2);
  });

  it("leaves at a goaway and dials before the deadline, without going through a loss", async () => {
    const one = await inState("connected");
    one.socket().receive({ t: "goaway", reason: "deploy", minMs: 1_000, maxMs: 2_000, deadlineMs: 5_000 });
    await one.world.advance(2_010);
    expect(one.tab.sockets()).toHaveLength(2);
    expect(one.tab.sockets()[0]!.state()).not.toBe("open");
    expect(one.tab.state.get().name).toBe("connecting");
  });
});

describe("retain", () => {
  it("dials for the first holder and closes one task after the last left", async () => {
    const one = scene();
    const [first, second] = [one.tab.retain(), one.tab.retain()];
    expect(one.world.sockets).toHaveLength(1);
    await accept(one);
    first();
    first();
    second();
    expect(one.tab.state.get().name).toBe("connected");
    await one.settle();
    expect(one.tab.state.get()).toEqual({ name: "disconnected", reason: "requested" });
    expect(timers(one)).toBe(0);
  });

  it("a release that is taken back within the task is invisible (fault 39)", async () => {
    const one = scene();
    one.tab.retain()();
    one.tab.retain();
    await one.settle();
    expect(one.world.sockets).toHaveLength(1);
  });

  it("keeps, lingers for or purges what is queued, as told (fault 72)", async () => {
    const keep = scene();
    const release = keep.tab.retain();
    keep.tab.send("kept");
    release();
    await keep.settle();
    expect(keep.tab.outbox.state.get().depth).toBe(1);

    const purge = scene({ onUnmount: { queue: "purge" } });
    const letGo = purge.tab.retain();
    const receipt = purge.tab.send("purged");
    letGo();
    await purge.settle();
    expect(await receipt.settled).toEqual({ kind: "aborted" });

    const linger = scene({ onUnmount: { lingerMs: 5_000 } });
    const leave = linger.tab.retain();
    await accept(linger);
    linger.tab.send("on its way");
    leave();
    await linger.world.advance(1_000);
    expect(linger.tab.state.get().name).toBe("connected");
    await linger.world.advance(5_000);
    expect(linger.tab.state.get().name).toBe("disconnected");
  });
});

describe("options", () => {
  it.each(["not a url", "http://x.example", "ws://x.example/ws", "wss//x"])(
    "refuses the url %s at construction (S2)",
    (url) => {
      expect(() => scene({ url })).toThrow("INVALID_OPTION");
    },
  );
  it.each(["wss://x.example/ws", "ws://localhost:1/ws", "ws://127.0.0.1/ws", "ws://[::1]/ws"])(
    "takes %s",
    (url) => {
      expect(() => scene({ url })).not.toThrow();
    },
  );
});

describe("stores", () => {
  it("stand on their new values before anybody hears", async () => {
    const one = scene();
    const seen: unknown[] = [];
    one.tab.state.subscribe(() => seen.push(one.tab.state.get().name));
    one.tab.on("transition", ({ to }) => seen.push(to === one.tab.state.get()));
    one.tab.connect();
    expect(seen).toEqual(["connecting", true]);
    one.socket().open();
    await one.settle();
    one.socket().receive([hello]);
    await one.settle();
    one.socket().receive([authed, welcome()]);
    await one.settle();
    expect(one.tab.state.get()).toBe(one.tab.state.get());
    expect(one.tab.state.getServer()).toEqual({ name: "disconnected", reason: "initial" });
  });
});
