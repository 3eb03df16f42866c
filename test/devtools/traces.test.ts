import { expect, it } from "vitest";
import { createTraces } from "../../src/devtools/traces.ts";

it("stay bounded also where no end was heard: what settled goes first, then the oldest", () => {
  const traces = createTraces(() => undefined);
  traces.note("settled", () => ({ settledMs: 1 }));
  for (let n = 0; n < 10_000; n++) traces.note(`${n}`, () => ({}));
  expect(traces.all().length).toBeLessThanOrEqual(2_500);
  expect(traces.all()[0]?.id).toBe("9999");
  expect(traces.get("settled")).toBeUndefined();
});
