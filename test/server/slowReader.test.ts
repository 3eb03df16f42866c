import { describe, expect, it } from "vitest";
import { HIGH_WATER_BYTES } from "../../src/server/limits.ts";
import { createTestServer } from "./testServer.ts";

const MIB = 1024 * 1024;
/** From here on volatile messages are dropped and deltas wait. */
const CONGESTED = (HIGH_WATER_BYTES * 3) / 4;

describe("a slow reader", () => {
  it("at 1 MiB is paused: volatile messages go first, then deltas wait, then live events fill the buffer (S15, P10.5)", async () => {
    const t = createTestServer();
    const [slow, fast] = [await t.join(), await t.join()];
    slow.state.buffered = CONGESTED + 1;
    await fast.send({ t: "vol", c: "room", d: "typing" });
    await t.server.publish("room", "live");
    await t.clock.settle();
    await t.server.publish("other", 1);
    await slow.send({ t: "sub", c: "other", since: { last: 1 } });
    await t.clock.advance(1000);
    expect(slow.all("vol")).toEqual([]);
    expect(slow.all("delta")).toEqual([]);
    expect(slow.seen()).toEqual(["live"]);
    slow.state.buffered = CONGESTED;
    await t.clock.advance(25);
    expect(slow.seen()).toEqual(["live", 1]);
    await fast.send({ t: "vol", c: "room", d: "again" });
    expect(slow.last("vol")).toMatchObject({ d: "again" });
  });

  it("above 4 MiB is closed 4011 at once, just below it is not (fault 69, S15, P10.5)", async () => {
    const t = createTestServer();
    const [over, under] = [await t.join(), await t.join()];
    over.state.buffered = 4 * MIB + 1;
    under.state.buffered = 4 * MIB;
    await t.server.publish("room", 1);
    await t.clock.settle();
    expect(over.last("error")).toMatchObject({ code: "SLOW_CONSUMER", retriable: true });
    expect([over.state.closed?.code, under.state.closed]).toEqual([4011, undefined]);
  });

  it("that does not answer the close is cut; it holds nothing any more (S15, S17)", async () => {
    const t = createTestServer();
    const slow = await t.join();
    slow.state.buffered = 5 * MIB;
    await t.server.publish("room", 1);
    await t.clock.advance(10_000);
    expect(slow.state.terminated).toBe(true);
    expect(t.metric("resilient_connections")).toBe(0);
    await t.server.publish("room", 2);
    expect(slow.seen()).not.toContain(2);
  });

  it("stays when it gets below the mark in between: slow is not stalled (fault 15, S15, P10.5)", async () => {
    const t = createTestServer();
    const peer = await t.join();
    const say = async (buffered: number) => {
      peer.state.buffered = buffered;
      await t.server.publish("room", 1);
      await t.clock.settle();
    };
    await say(2 * MIB);
    await t.clock.advance(6000);
    await say(HIGH_WATER_BYTES);
    await say(2 * MIB);
    await t.clock.advance(6000);
    expect(peer.state.closed).toBeUndefined();
    await t.clock.advance(4000);
    expect(peer.state.closed?.code).toBe(4011);
  });

  it("comes back from its cursor and has missed nothing (fault 69, S15)", async () => {
    const t = createTestServer();
    const slow = await t.join();
    const { epoch, seq, tail } = slow.last("live")!;
    slow.state.buffered = 5 * MIB;
    for (let i = 0; i < 5; i++) await t.server.publish("room", i);
    await t.clock.settle();
    expect(slow.state.closed?.code).toBe(4011);
    const back = await t.join([{ c: "room", epoch, seq, tail }]);
    expect(back.seen()).toEqual([0, 1, 2, 3, 4]);
  });

  it("that waits for a thousand channels costs one timer, and they fill its buffer one after the other (S14, S15)", async () => {
    const t = createTestServer();
    const channels = Array.from({ length: 1000 }, (_, i) => ({ c: `c${i}`, since: { last: 1 } }));
    for (const { c } of channels) await t.server.publish(c, "x".repeat(30_000));
    const peer = t.connect();
    await peer.auth();
    peer.state.buffered = CONGESTED + 1;
    const send = peer.messages.push.bind(peer.messages);
    peer.messages.push = (...texts) => {
      for (const text of texts) peer.state.buffered += text.length;
      return send(...texts);
    };
    await peer.resume(channels);
    const before = t.clock.timers();
    await t.clock.advance(1000);
    expect(t.clock.timers()).toBe(before);
    expect(before).toBeLessThan(20);
    let most = 0;
    for (let i = 0; peer.all("live").length < 1000 && i < 2000; i++) {
      peer.state.buffered = Math.max(0, peer.state.buffered - 100_000);
      await t.clock.advance(25);
      most = Math.max(most, peer.state.buffered);
    }
    expect(peer.all("live")).toHaveLength(1000);
    expect(most).toBeLessThan(HIGH_WATER_BYTES);
    expect(peer.state.closed).toBeUndefined();
  });
});
