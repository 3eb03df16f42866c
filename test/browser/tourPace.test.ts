import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createTour, type TourState } from "../../demo/tour/createTour.ts";
import { steps } from "../../demo/tour/steps.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const breaksMs = 4_000;
const result = "Noticed after 20 ms, back after 1,200 ms, 30 messages waited, 0 lost.";

const openTour = () => {
  const ended = vi.fn();
  const tour = createTour({
    steps,
    show: () => undefined,
    perform: (_, signal) =>
      new Promise((resolve, reject) => {
        setTimeout(() => resolve(result), breaksMs);
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      }),
    ended,
  });
  const shown: (TourState & { readonly at?: number })[] = [];
  tour.state.subscribe(() => shown.push(tour.state.get()));
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  return { tour, ended, shown, pass };
};

const wordsOf = (text: string): number => text.split(/\s+/).length;
const minutesFor = (text: string): number => wordsOf(text) / 230;

it("leaves each text for as long as a person needs to read it, breaks what it told, and comes to its end", async () => {
  const { tour, shown, pass } = openTour();
  const since = Date.now();
  const stays: { readonly text: string; readonly ms: number }[] = [];
  let last: { readonly text: string; readonly at: number } | undefined;
  tour.state.subscribe(() => {
    const state = tour.state.get();
    if (last) stays.push({ text: last.text, ms: Date.now() - last.at });
    last =
      state.name === "telling" || state.name === "told"
        ? { text: state.result ?? state.step.text, at: Date.now() }
        : undefined;
  });
  tour.start();
  while (tour.state.get().name !== "over" && Date.now() - since < 600_000) await pass(250);
  const tookMs = Date.now() - since;
  expect(tour.state.get().name).toBe("over");
  console.log(`the tour takes ${Math.round(tookMs / 1_000)} s`);
  expect(tookMs).toBeLessThan(200_000);
  expect(stays).toHaveLength(2 * steps.length - 1);
  for (const { text, ms } of stays) expect(ms, text).toBeGreaterThan(minutesFor(text) * 60_000);
  expect(shown.filter(({ name }) => name === "breaking")).toHaveLength(
    steps.filter(({ breaks }) => breaks).length,
  );
});

it("waits for the visitor while it is told to, gives the text its whole time again, and goes on at once when asked", async () => {
  const { tour, pass } = openTour();
  tour.start();
  const at = () => (tour.state.get() as { readonly at?: number }).at;
  await pass(2_000);
  tour.pause();
  await pass(600_000);
  expect(at()).toBe(0);
  tour.pause();
  await pass(4_000);
  expect(at()).toBe(0);
  await pass(20_000);
  expect(at()).toBe(1);

  const { tour: other, pass: later } = openTour();
  other.start();
  other.pause();
  other.next();
  await later(0);
  expect(other.state.get()).toMatchObject({ name: "telling", at: 1, isPaused: true });
  other.next();
  await later(breaksMs);
  expect(other.state.get()).toMatchObject({ name: "told", at: 1, result });
  await later(600_000);
  expect(other.state.get()).toMatchObject({ name: "told", at: 1 });
});

it("ends at any point, once, and begins anew from its first step", async () => {
  for (const untilMs of [100, 9_000, 14_000, 30_000]) {
    const { tour, ended, pass } = openTour();
    tour.start();
    await pass(untilMs);
    tour.stop();
    await pass(600_000);
    expect(tour.state.get()).toEqual({ name: "off" });
    expect(ended).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
    tour.start();
    await pass(100);
    expect(tour.state.get()).toMatchObject({ name: "telling", at: 0, isPaused: false });
    tour.stop();
  }
});
