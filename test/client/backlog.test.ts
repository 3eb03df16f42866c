import { describe, expect, it } from "vitest";
import type { Message } from "../../src/client/message.ts";
import type { Pace, PacedOptions } from "../../src/client/ResilientClient.ts";
import type { ServerFrame } from "../../src/protocol/frames.ts";
import { accept, connect, data, event, live, scene } from "./script.ts";

const ids = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** A page that hears `room` in batches, and writes down what it is told in its order. */
const listening = async (options: PacedOptions) => {
  const one = scene();
  const log: unknown[] = [];
  let rings = 0;
  const backlog = one.tab.backlog(
    "room",
    () => {
      rings++;
      backlog.drain((messages: readonly Message[]) => log.push(messages.map((message) => message.data)));
    },
    { onContinuity: ({ result, missed }) => log.push([result, missed]), ...options },
  );
  await connect(one);
  await one.world.advance(100);
  log.length = rings = 0;
  const timers = one.tab.page.clock.timers();
  return { one, log, backlog, rings: () => rings, timers: () => one.tab.page.clock.timers() - timers };
};
const deliver = ({ one }: Awaited<ReturnType<typeof listening>>, from: number, to: number): void =>
  one.socket().receive(data("room", ...ids(from, to).map((n) => event(n, n, n === 1 ? "" : undefined))));

describe("a backlog", () => {
  it.each<readonly [Pace, number]>([
    ["frame", 17],
    ["task", 0],
  ])("rings once a %s for all that came", async (pace, ms) => {
    const page = await listening({ pace });
    deliver(page, 1, 3);
    deliver(page, 4, 5);
    expect([page.rings(), page.timers()]).toEqual([0, 1]);
    await page.one.world.advance(ms);
    expect([page.rings(), page.timers()]).toEqual([1, 0]);
    expect(page.log).toEqual([ids(1, 5)]);
  });

  it("rings for each message without a pace", async () => {
    const page = await listening({});
    deliver(page, 1, 3);
    await page.one.settle();
    expect(page.log).toEqual([[1], [2], [3]]);
  });

  it("ends a batch where something was lost, so that a loss is told in its place (I8)", async () => {
    const page = await listening({ pace: "frame" });
    deliver(page, 1, 2);
    page.one.socket().cut();
    await page.one.settle();
    page.log.push("cut");
    await page.one.world.advance(3_000);
    await accept(page.one, [{ ...live("room", 9, "t9"), status: "lost", reason: "trimmed" }]);
    page.one.socket().receive(data("room", event(10, 10)));
    await page.one.world.advance(100);
    expect(page.log).toEqual(["cut", ids(1, 2), ["lost", 7], [10]]);
  });

  it("tells a state also where it has room for nothing else: no replay takes its place (I8)", async () => {
    const one = scene();
    one.tab.watch("room");
    await connect(one, [live("room", 5, "t5")]);
    const told: unknown[] = [];
    const backlog = one.tab.backlog("room", () => undefined, {
      capacity: 1,
      since: { epoch: "e1", seq: 1, tail: "t1" },
      onContinuity: ({ result, state, missed }) => told.push([result, state, missed]),
    });
    const answer = async (frame: object): Promise<void> => {
      await one.settle();
      const { rid } = one.sent("read").at(-1) as { rid: number };
      one.socket().receive({ c: "room", epoch: "e1", rid, ...frame } as ServerFrame);
      await one.settle();
    };
    await answer({ t: "delta", from: 1, to: 2, more: false, ev: [event(2)] });
    expect(backlog.take()).toMatchObject([{ data: 2 }]);
    await answer({ t: "snapshot", seq: 5, tail: "t5", part: 0, parts: 1, d: '"all"', reason: "trimmed" });
    expect(backlog.take()).toEqual([]);
    expect(told).toEqual([["snapshot", "all", 3]]);
  });

  it("calls off the ring with stop, and hands over what waits after dispose", async () => {
    const stopped = await listening({ pace: "frame" });
    deliver(stopped, 1, 2);
    stopped.backlog.stop();
    await stopped.one.world.advance(1_000);
    expect([stopped.log, stopped.rings()]).toEqual([[], 0]);

    const disposed = await listening({ pace: "frame" });
    deliver(disposed, 1, 2);
    void disposed.one.tab.dispose();
    await disposed.one.world.advance(1_000);
    expect([disposed.log, disposed.backlog.ended()]).toEqual([[ids(1, 2)], true]);
  });
});
