import { describe, expect, it } from "vitest";
import { accept, connect, scene, type Scene } from "./script.ts";

const sockets = (one: Scene): number => one.tab.sockets().length;

describe("retain('demand')", () => {
  it("dials nothing until there is something to send", async () => {
    const one = scene();
    one.tab.retain("demand");
    await one.world.advance(60_000);
    expect(sockets(one)).toBe(0);
    expect(one.tab.state.get()).toEqual({ name: "disconnected", reason: "initial" });
    expect(one.tab.page.clock.timers()).toBe(0);
    one.tab.send("x");
    expect(sockets(one)).toBe(1);
    await accept(one);
    expect(one.sent("pub")).toHaveLength(1);
  });

  it.each<readonly [string, (one: Scene) => unknown]>([
    ["to hear", (one) => one.tab.subscribe("room", () => undefined)],
    ["to iterate over", (one) => one.tab.messages("room")[Symbol.asyncIterator]().next()],
    ["to read", (one) => one.tab.history("room").catch(() => undefined)],
    ["to ask", (one) => one.tab.request("x").catch(() => undefined)],
  ])("or something %s", async (_, demand) => {
    const one = scene();
    one.tab.retain("demand");
    void demand(one);
    await one.settle();
    expect(sockets(one)).toBe(1);
  });

  it("dials at once when there was something before", () => {
    for (const before of [(one: Scene) => one.tab.send("x"), (one: Scene) => one.tab.watch("room")]) {
      const one = scene();
      before(one);
      expect(sockets(one)).toBe(0);
      one.tab.retain("demand");
      expect(sockets(one)).toBe(1);
    }
  });

  it("is no reason by itself: a volatile message that nobody took, a refused one, a subscription that is gone", async () => {
    const one = scene();
    one.tab.watch("room").stop();
    one.tab.retain("demand");
    one.tab.send("x", { volatile: true });
    one.tab.send(undefined);
    await one.settle();
    expect(sockets(one)).toBe(0);
  });

  it("dials for another holder that does not wait", () => {
    const one = scene();
    one.tab.retain("demand");
    one.tab.retain();
    expect(sockets(one)).toBe(1);
  });

  it("ends with disconnect(): what is sent afterwards waits for connect()", async () => {
    const one = scene();
    one.tab.retain("demand");
    one.tab.disconnect();
    one.tab.send("x");
    one.tab.subscribe("room", () => undefined);
    await one.world.advance(60_000);
    expect(sockets(one)).toBe(0);
    one.tab.connect();
    expect(sockets(one)).toBe(1);
  });

  it("ends with the last holder", async () => {
    const one = scene();
    one.tab.retain("demand")();
    await one.settle();
    one.tab.send("x");
    expect(sockets(one)).toBe(0);
  });

  it("waits anew after a remount that nobody needed (fault 39)", async () => {
    const one = scene();
    one.tab.retain("demand")();
    one.tab.retain("demand");
    await one.settle();
    expect(sockets(one)).toBe(0);
    one.tab.send("x");
    expect(sockets(one)).toBe(1);
  });

  it("stays connected once it is", async () => {
    const one = scene();
    one.tab.retain("demand");
    const { stop } = one.tab.watch("room");
    await accept(one);
    stop();
    await one.world.advance(20_000);
    expect(one.tab.state.get().name).toBe("connected");
  });
});

describe("pauseHiddenAfterMs", () => {
  const pauseHiddenAfterMs = 60_000;
  const paused = { name: "disconnected", reason: "suspended" };
  const hiddenFor = async (one: Scene, ms: number): Promise<void> => {
    one.tab.page.hide();
    await one.world.advance(ms);
  };
  const connected = async (): Promise<Scene> => {
    const one = scene({ pauseHiddenAfterMs });
    await connect(one);
    // Longer than the pulse allows: the server lives.
    const beat = (): void => {
      if (one.tab.state.get().name === "connected") one.socket().receive({ t: "ping" });
      one.world.clock.after(20_000, beat);
    };
    beat();
    return one;
  };

  it("gives up the socket of a page that is hidden that long, no sooner, and holds nothing but an ear", async () => {
    const one = await connected();
    await hiddenFor(one, 59_000);
    expect(one.tab.state.get().name).toBe("connected");
    await one.world.advance(2_000);
    expect(one.tab.state.get()).toEqual(paused);
    expect(one.world.network.live(one.tab.id)).toHaveLength(0);
    expect(one.tab.page.clock.timers()).toBe(0);
    expect(one.tab.page.listeners()).toBe(1);
  });

  it("dials at once when the page is shown, and resumes what it heard", async () => {
    const one = await connected();
    one.tab.subscribe("room", () => undefined);
    await hiddenFor(one, 62_000);
    one.tab.page.show();
    expect(one.tab.state.get().name).toBe("connecting");
    await accept(one);
    expect(one.tab.state.get().name).toBe("connected");
  });

  it("counts anew when the page was seen in between", async () => {
    const one = await connected();
    await hiddenFor(one, 50_000);
    one.tab.page.show();
    await hiddenFor(one, 50_000);
    expect(one.tab.state.get().name).toBe("connected");
    await one.world.advance(12_000);
    expect(one.tab.state.get()).toEqual(paused);
  });

  it("waits for what is not settled, then pauses soon", async () => {
    const one = await connected();
    one.tab.send("x");
    await one.settle();
    await hiddenFor(one, 120_000);
    expect(one.tab.state.get().name).toBe("connected");
    const { p } = one.sent("pub")[0] as { p: string };
    one.socket().receive({ t: "ack", c: "default", p, n: 1, head: 1, runs: [[1, 1, 1]] });
    await one.world.advance(6_000);
    expect(one.tab.state.get()).toEqual(paused);
  });

  it("comes back for what the hidden page sends, and pauses again behind it", async () => {
    const one = await connected();
    await hiddenFor(one, 62_000);
    const receipt = one.tab.send("from a timer");
    expect(one.tab.state.get().name).toBe("connecting");
    await accept(one);
    const { p } = one.sent("pub")[0] as { p: string };
    one.socket().receive({ t: "ack", c: "default", p, n: 1, head: 1, runs: [[1, 1, 1]] });
    await one.settle();
    expect((await receipt.settled).kind).toBe("acked");
    await one.world.advance(6_000);
    expect(one.tab.state.get()).toEqual(paused);
  });

  it("ends the retries of a page nobody sees", async () => {
    const one = await connected();
    one.tab.page.hide();
    one.socket().close(1006);
    for (let i = 0; i < 80; i++) {
      await one.world.advance(1_000);
      if (one.tab.sockets().length && one.socket().state() === "connecting") one.socket().close(1006);
    }
    expect(one.tab.state.get()).toEqual(paused);
  });

  it("counts from the first dial of a page that was opened in the background", async () => {
    const one = scene({ pauseHiddenAfterMs });
    one.tab.page.hide();
    await one.world.advance(300_000);
    await connect(one);
    await one.world.advance(30_000);
    expect(one.tab.state.get().name).toBe("connected");
    await one.world.advance(32_000);
    expect(one.tab.state.get()).toEqual(paused);
  });

  it("does not hold after disconnect(): a shown page dials nothing", async () => {
    const one = await connected();
    await hiddenFor(one, 62_000);
    one.tab.disconnect();
    one.tab.page.show();
    one.tab.send("x");
    await one.world.advance(1_000);
    expect(one.tab.state.get()).toEqual({ name: "disconnected", reason: "requested" });
    expect(one.tab.page.listeners()).toBe(0);
  });

  it("leaves a page that came back from a freeze all its time", async () => {
    const one = await connected();
    await hiddenFor(one, 50_000);
    one.tab.page.suspend();
    await one.world.advance(600_000);
    one.tab.page.restore();
    await one.settle();
    await accept(one);
    await one.world.advance(30_000);
    expect(one.tab.state.get().name).toBe("connected");
    // Hidden for so long, its timers fire once a minute.
    await one.world.advance(90_000);
    expect(one.tab.state.get()).toEqual(paused);
  });

  it("does not believe a hint that the page itself denies (fault 16)", async () => {
    const one = await connected();
    one.tab.page.hint("hidden");
    await one.world.advance(120_000);
    expect(one.tab.state.get().name).toBe("connected");
  });

  it("is off by default", async () => {
    const one = scene();
    await connect(one);
    one.tab.page.hide();
    await one.world.advance(20_000);
    expect(one.tab.state.get().name).toBe("connected");
  });

  it.each([-1, NaN])("refuses %s: INVALID_OPTION", (value) => {
    expect(() => scene({ pauseHiddenAfterMs: value })).toThrow("INVALID_OPTION");
  });
});
