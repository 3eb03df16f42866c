import { describe, expect, it, vi } from "vitest";
import { virtualClock } from "../../src/testing/virtualClock.ts";

describe("the virtual clock", () => {
  it("fires timers by due time, then in the order they were set, and only while it is advanced", async () => {
    const clock = virtualClock();
    const fired: string[] = [];
    clock.after(20, () => fired.push("c"));
    clock.after(10, () => fired.push("a"));
    clock.after(10, () => fired.push("b"));
    expect(fired).toEqual([]);
    await clock.advance(10);
    expect(fired).toEqual(["a", "b"]);
    await clock.advance(10);
    expect(fired).toEqual(["a", "b", "c"]);
    expect(clock.nowMs()).toBe(20);
  });

  it("runs promises dry between two timers, however long their chain is", async () => {
    const clock = virtualClock();
    const order: string[] = [];
    clock.after(5, () => {
      void (async () => {
        for (let i = 0; i < 500; i++) await Promise.resolve();
        order.push(`chain at ${clock.nowMs()}`);
      })();
    });
    clock.after(5.001, () => order.push("timer"));
    await clock.advance(6);
    expect(order).toEqual(["chain at 5", "timer"]);
  });

  it("runs timers set by timers within the same advance", async () => {
    const clock = virtualClock();
    const at: number[] = [];
    const tick = (): void => {
      at.push(clock.nowMs());
      clock.after(10, tick);
    };
    clock.after(10, tick);
    await clock.advance(35);
    expect(at).toEqual([10, 20, 30]);
  });

  it("forgets a cancelled timer and counts the ones that wait", async () => {
    const clock = virtualClock();
    let fired = false;
    const cancel = clock.after(1, () => (fired = true));
    expect(clock.timers()).toBe(1);
    cancel();
    cancel();
    expect(clock.timers()).toBe(0);
    await clock.advance(5);
    expect(fired).toBe(false);
  });

  it("stops at a condition, and says when it did not come within the bound", async () => {
    const clock = virtualClock();
    let count = 0;
    const tick = (): void => {
      count += 1;
      clock.after(10, tick);
    };
    tick();
    expect(await clock.runUntil(() => count === 4, 1_000)).toBe(true);
    expect(clock.nowMs()).toBe(30);
    expect(await clock.runUntil(() => count === 1_000, 100)).toBe(false);
  });

  it("leaps over a sleep without firing a thousand timers on the way (fault 19)", async () => {
    const clock = virtualClock();
    const at: number[] = [];
    clock.after(10, () => at.push(clock.nowMs()));
    clock.jump(3_600_000);
    expect(at).toEqual([]);
    await clock.advance(0);
    expect(at).toEqual([3_600_000]);
  });

  it("hands a throwing timer to whoever moves it", async () => {
    const clock = virtualClock();
    clock.after(1, () => {
      throw new Error("in a timer");
    });
    await expect(clock.advance(1)).rejects.toThrow("in a timer");
    await clock.advance(1);
  });

  it("refuses to be moved by two at once", async () => {
    const clock = virtualClock();
    const first = clock.advance(1);
    await expect(clock.advance(1)).rejects.toThrow("already being moved");
    await first;
  });
});

it("moves where there is no MessageChannel, as in Jest's jsdom", async () => {
  vi.stubGlobal("MessageChannel", undefined);
  const clock = virtualClock();
  const seen: string[] = [];
  clock.after(10, () => void Promise.resolve().then(() => seen.push("first")));
  clock.after(10, () => seen.push("second"));
  await clock.advance(10);
  vi.unstubAllGlobals();
  expect(seen).toEqual(["first", "second"]);
});

describe("the clock of one device", () => {
  it("has an origin of its own, so that durations travel and instants do not (fault 20)", async () => {
    const clock = virtualClock();
    const device = clock.device({ originMs: 5_000 });
    await clock.advance(10);
    expect(device.nowMs()).toBe(5_010);
    const wall = device.wallMs();
    device.shiftWall(-60_000);
    expect(device.wallMs()).toBe(wall - 60_000);
    expect(device.nowMs()).toBe(5_010);
  });

  it("holds timers and deliveries while frozen and runs them in order when thawed (fault 22)", async () => {
    const clock = virtualClock();
    const device = clock.device();
    const ran: string[] = [];
    device.after(10, () => ran.push("timer"));
    const cancel = device.after(11, () => ran.push("cancelled"));
    device.freeze();
    await clock.advance(100);
    device.run(() => ran.push("delivery"));
    cancel();
    expect(ran).toEqual([]);
    device.thaw();
    device.run(() => ran.push("later"));
    await clock.advance(0);
    expect(ran).toEqual(["timer", "delivery", "later"]);
  });

  it("fires on a grid while throttled (fault 21)", async () => {
    const clock = virtualClock();
    const device = clock.device();
    const at: number[] = [];
    device.throttle(1_000);
    device.after(10, () => at.push(clock.nowMs()));
    device.after(1_500, () => at.push(clock.nowMs()));
    await clock.advance(5_000);
    expect(at).toEqual([1_000, 2_000]);
  });

  it("runs nothing any more once it is stopped", async () => {
    const clock = virtualClock();
    const device = clock.device();
    let ran = false;
    device.after(1, () => (ran = true));
    device.soon(() => (ran = true));
    device.stop();
    await clock.advance(10);
    expect([ran, device.timers()]).toEqual([false, 0]);
  });
});
