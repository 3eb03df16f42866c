import { describe, expect, it } from "vitest";
import { inspections } from "../../src/client/inspection.ts";
import { createRecorder, type Recorder } from "../../src/devtools/recorder.ts";
import { replay } from "../../src/devtools/replay.ts";
import type { Trace } from "../../src/devtools/traces.ts";
import { type Circumstances, whyWaiting } from "../../src/devtools/why.ts";
import { createWorld, type WorldOptions } from "../../src/testing/createWorld.ts";
import type { TabOptions } from "../../src/testing/tab.ts";

const open = (options?: TabOptions, worldOptions?: WorldOptions) => {
  const world = createWorld(worldOptions);
  const tab = world.openTab(options);
  const recorder = createRecorder(tab) as Recorder;
  return { world, tab, recorder };
};

describe("the recorder", () => {
  it("takes down every step of the machine, and what it was told", async () => {
    const { world, tab, recorder } = open();
    recorder.start();
    tab.connect();
    await world.advance(1_000);
    world.network.cut();
    await world.advance(10_000);
    const moves = recorder.moments
      .get()
      .filter(({ from, to }) => from !== to)
      .map(({ from, to, event }) => `${from} → ${to}: ${event}`);
    expect(moves.slice(0, 5)).toEqual([
      "disconnected → connecting: connect",
      "connecting → authenticating: socketOpened",
      "authenticating → resuming: welcomed",
      "resuming → connected: resumed",
      "connected → reconnecting: socketLost",
    ]);
    expect(recorder.moments.get()[0]?.step).toMatchObject({
      input: { idle: true, heartbeat: null },
      effects: [
        { type: "openSocket", site: 0 },
        { type: "arm", timer: "deadline" },
      ],
    });
  });

  it("replays through the real table to the same states", async () => {
    const { world, tab, recorder } = open();
    recorder.start();
    tab.connect();
    for (let i = 0; i < 6; i++) {
      await world.advance(2_000);
      if (i % 2) world.network.cut();
      else world.restartServer();
    }
    await world.advance(60_000);
    const moments = recorder.moments.get();
    const states = replay(recorder.rows, recorder.policy, moments);
    expect(moments.length).toBeGreaterThan(20);
    expect(states.every((state) => state?.agrees)).toBe(true);
    expect(states.at(-1)?.state.name).toBe("connected");
    const [first, ...rest] = moments;
    const spoilt = [{ ...first!, step: { ...first!.step!, event: { type: "resumed" } as const } }, ...rest];
    expect(replay(recorder.rows, recorder.policy, spoilt)[0]?.agrees).toBe(false);
  });

  it("follows a message from the queue through the socket to its answer and back", async () => {
    const { world, tab, recorder } = open();
    recorder.start();
    tab.subscribe("room", () => undefined);
    tab.connect();
    await world.advance(1_000);
    const { id } = tab.send({ n: 1 }, { channel: "room" });
    await world.advance(1_000);
    const [trace] = recorder.traces.get();
    expect(trace).toMatchObject({
      id,
      channel: "room",
      transmissions: 1,
      settlement: { kind: "acked", seq: 1 },
    });
    expect(trace!.sentMs! - trace!.queuedMs!).toBeLessThan(5);
    expect(trace!.settledMs! - trace!.sentMs!).toBeGreaterThanOrEqual(10);
    expect(trace!.seenMs).toBeGreaterThan(trace!.sentMs!);
    expect(recorder.channels.get()[0]).toMatchObject({ name: "room", seq: 1, handlers: 1, delivered: 1 });
  });

  it("tells when a message was stored, which is before it is sent", async () => {
    const world = createWorld();
    const tab = world.openBrowser().openTab({ durable: true, identity: "ada" });
    const recorder = createRecorder(tab) as Recorder;
    recorder.start();
    tab.connect();
    await world.advance(3_000);
    tab.send(1);
    await world.advance(1_000);
    const [{ queuedMs, storedMs, sentMs }] = recorder.traces.get() as [Trace];
    expect(storedMs).toBeGreaterThan(queuedMs!);
    expect(storedMs).toBeLessThanOrEqual(sentMs!);
    world.crashServer();
    await world.advance(100);
    tab.send(2);
    await world.advance(200);
    expect(recorder.traces.get()[0]).toMatchObject({
      storedMs: expect.any(Number) as number,
      sentMs: undefined,
    });
  });

  it("tells its readers five times a second at most", async () => {
    const { world, tab, recorder } = open();
    recorder.start();
    tab.connect();
    await world.advance(1_000);
    let told = 0;
    recorder.traces.subscribe(() => told++);
    for (let i = 0; i < 1_000; i++) {
      tab.send(i);
      await world.advance(1);
    }
    expect(told).toBeGreaterThan(2);
    expect(told).toBeLessThanOrEqual(6);
  });

  it("keeps a bounded part of what it heard", async () => {
    const { world, tab, recorder } = open();
    recorder.start();
    tab.connect();
    await world.advance(1_000);
    for (let i = 0; i < 3_500; i++) {
      tab.send(i);
      if (i % 500 === 0) await world.advance(500);
    }
    await world.advance(500);
    expect(recorder.traces.get().length).toBeLessThanOrEqual(2_500);
    expect(recorder.samples.get().length).toBeGreaterThan(4);
    await world.advance(130_000);
    expect(recorder.samples.get().length).toBe(480);
  });

  it("hears nothing and holds no timer before it starts and after it ends", async () => {
    const { world, tab } = open();
    const inspection = inspections.get(tab.outbox)!;
    let listening = 0;
    const counted: typeof inspection.on = (...input) => {
      const remove = inspection.on(...input);
      listening++;
      return () => {
        listening--;
        remove();
      };
    };
    inspections.set(tab.outbox, { ...inspection, on: counted });
    const timers = world.clock.timers();
    const recorder = createRecorder(tab)!;
    expect(listening).toBe(0);
    const stop = recorder.start();
    expect(listening).toBeGreaterThan(5);
    await world.advance(1_000);
    stop();
    expect(listening).toBe(0);
    // Its farewell to the other tabs arrives.
    await world.advance(1_000);
    expect(world.clock.timers()).toBe(timers);
  });

  it("has nothing to say about a client of another copy of the package", () => {
    const { tab } = open();
    expect(createRecorder({ ...tab, outbox: { ...tab.outbox } })).toBeUndefined();
  });
});

describe("why a message was not sent", () => {
  const why = (recorder: Recorder, change: Partial<Circumstances> = {}) => {
    const { rows, now } = recorder.outbox.get();
    return rows.map((row) => whyWaiting(row, { ...now, ...change }).code);
  };
  const settled = async ({ world, recorder }: ReturnType<typeof open>, ms = 500) => {
    recorder.start();
    await world.advance(ms);
    return recorder;
  };

  it("says that nobody asked for a connection, that it was ended, or when the next attempt is due", async () => {
    const here = open();
    here.tab.send(1);
    const recorder = await settled(here);
    expect(why(recorder)).toEqual(["why.initial"]);
    here.tab.connect();
    here.world.crashServer();
    await here.world.advance(500);
    expect(why(recorder)).toEqual(["why.reconnecting"]);
    expect(why(recorder, { online: false })).toEqual(["why.offline"]);
    here.tab.disconnect();
    await here.world.advance(500);
    expect(why(recorder)).toEqual(["why.requested"]);
  });

  it("says that it was sent and not answered, that it waits for room, or that it was taken back too late", async () => {
    const here = open({ outbox: { capacity: 2, overflow: "wait" } });
    here.tab.connect();
    const recorder = await settled(here);
    here.world.freezeServer();
    const ids = [1, 2, 3].map((n) => here.tab.send(n).id);
    await here.world.advance(500);
    expect(why(recorder)).toEqual(["why.answer", "why.answer", "why.room"]);
    here.tab.outbox.cancel(ids[0]!);
    await here.world.advance(500);
    expect(why(recorder)[0]).toBe("why.voidAborted");
  });

  it("says that the window is full and how many go first", async () => {
    const here = open();
    here.tab.connect();
    const recorder = await settled(here);
    here.world.freezeServer();
    for (let n = 0; n < 1_000; n++) here.tab.send("x".repeat(1_200));
    await here.world.advance(500);
    const all = new Set(why(recorder));
    expect(all).toEqual(new Set(["why.answer", "why.window"]));
    const { rows } = recorder.outbox.get();
    rows[0]!.lane.paused = { untilMs: Infinity, reason: "BUSY" };
    expect(why(recorder).at(-1)).toBe("why.paused");
  });
});
