import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/platform/systemClock.ts";

const frame = systemClock.frame!;
/** A browser's page: `paint` runs what asked for the next frame. */
const page = (hidden: boolean) => {
  const waiting = new Map<number, () => void>();
  let last = 0;
  const document = { hidden };
  vi.stubGlobal("document", document);
  vi.stubGlobal("requestAnimationFrame", (task: () => void) => {
    waiting.set(++last, task);
    return last;
  });
  vi.stubGlobal("cancelAnimationFrame", (id: number) => waiting.delete(id));
  const paint = () => {
    for (const [id, task] of [...waiting]) {
      waiting.delete(id);
      task();
    }
  };
  return { paint, waiting };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("systemClock.frame", () => {
  it("waits for the next paint of a page that is seen", () => {
    const { paint } = page(false);
    const task = vi.fn();
    frame(task);
    vi.advanceTimersByTime(500);
    expect(task).not.toHaveBeenCalled();
    paint();
    vi.advanceTimersByTime(5_000);
    expect(task).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("takes a timer in a page that is hidden, or becomes hidden meanwhile", () => {
    const task = vi.fn();
    const hidden = page(true);
    frame(task);
    vi.advanceTimersByTime(0);
    expect([task.mock.calls.length, hidden.waiting.size]).toEqual([1, 0]);
    const seen = page(false);
    frame(task);
    vi.advanceTimersByTime(1_000);
    expect([task.mock.calls.length, seen.waiting.size]).toEqual([2, 0]);
  });

  it("takes a timer where there is no page", () => {
    const task = vi.fn();
    frame(task);
    vi.advanceTimersByTime(0);
    expect(task).toHaveBeenCalledTimes(1);
  });

  it("is called off, paint and timer", () => {
    const { paint, waiting } = page(false);
    const task = vi.fn();
    frame(task)();
    paint();
    vi.advanceTimersByTime(5_000);
    expect([task.mock.calls.length, waiting.size, vi.getTimerCount()]).toEqual([0, 0, 0]);
  });
});
