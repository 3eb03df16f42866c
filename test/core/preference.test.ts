import { expect, it } from "vitest";
import type { StateName } from "../../src/core/connectionState.ts";
import { fit, type Fitness, handsOverIn, reached, seen } from "../../src/core/election/preference.ts";

const through = (fitness: Fitness, ...names: StateName[]): Fitness => names.reduce(reached, fitness);
const attempt: readonly StateName[] = ["connecting", "authenticating", "reconnecting"];
const hidden = seen(fit, true, 1_000);
const onDesktop = (fitness: Fitness, nowMs = 1e9) => handsOverIn(fitness, { nowMs, isTouch: false });
const onTouch = (fitness: Fitness, nowMs: number) => handsOverIn(fitness, { nowMs, isTouch: true });

it("a hidden page of a touch device hands over after 30 s, one of a desktop leads on", () => {
  expect(onTouch(hidden, 1_000)).toBe(30_000);
  expect(onTouch(hidden, 30_999)).toBe(1);
  expect(onTouch(hidden, 50_000)).toBe(0);
  expect(onDesktop(hidden)).toBe(Infinity);
  expect(onTouch(seen(hidden, true, 20_000), 31_000)).toBe(0);
});

it("a page that is shown never does, whatever it was before", () => {
  expect(onTouch(fit, 1e9)).toBe(Infinity);
  expect(onTouch(seen(hidden, false, 40_000), 50_000)).toBe(Infinity);
  expect(onTouch(seen(seen(hidden, false, 40_000), true, 41_000), 50_000)).toBe(21_000);
});

it("on any device the second attempt that fails while it is hidden is enough; a loss is none, nor is what failed while it was shown", () => {
  const lost = through(hidden, "connected", "reconnecting");
  expect(onDesktop(through(lost, ...attempt))).toBe(Infinity);
  expect(onDesktop(through(lost, ...attempt, "reconnecting"))).toBe(Infinity);
  const twice = through(lost, ...attempt, ...attempt);
  expect(onDesktop(twice)).toBe(0);
  expect(onDesktop(through(twice, "connecting", "connected", "reconnecting"))).toBe(Infinity);
  expect(onDesktop(seen(seen(twice, false, 0), true, 0))).toBe(Infinity);
  const before = seen(through(fit, ...attempt, ...attempt, ...attempt), true, 0);
  expect(onDesktop(before)).toBe(Infinity);
});
