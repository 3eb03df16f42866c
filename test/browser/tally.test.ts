import { expect, it } from "vitest";
import { createTally, type Numbered } from "../../demo/tally.ts";

const tallyOf = (...heard: readonly number[]) => {
  const tally = createTally();
  for (const n of heard) tally.hear({ from: "page", n } satisfies Numbered);
  return tally.count().page;
};

it("counts what was passed over as lost, until it comes after all", () => {
  expect(tallyOf(1, 2, 5)).toEqual({ heard: 3, lost: 2, twice: 0 });
  expect(tallyOf(1, 2, 5, 3, 4)).toEqual({ heard: 5, lost: 0, twice: 0 });
});

it("counts what comes again, late or at once", () => {
  expect(tallyOf(1, 1, 2, 3, 2)).toEqual({ heard: 3, lost: 0, twice: 2 });
  expect(tallyOf(3, 1, 1)).toEqual({ heard: 2, lost: 1, twice: 1 });
});

it("keeps the speakers apart", () => {
  const tally = createTally();
  tally.hear({ from: "page", n: 1 });
  tally.hear({ from: "server", n: 1 });
  tally.hear({ from: "server", n: 3 });
  expect(tally.count()).toEqual({
    page: { heard: 1, lost: 0, twice: 0 },
    server: { heard: 2, lost: 1, twice: 0 },
    flood: { heard: 0, lost: 0, twice: 0 },
  });
});
