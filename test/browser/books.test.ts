import { expect, it } from "vitest";
import { createBooks } from "../../demo/books.ts";
import type { FloodFigures } from "../../demo/flood.ts";
import { createStore } from "../../demo/store.ts";
import { createTally } from "../../demo/tally.ts";

/** The books after these numbers of a flood of ten were stored, and arrived. */
const booksOf = (flood: Partial<FloodFigures>, stored: readonly number[]) => {
  const none = { offered: 10, taken: 10, evicted: 0, rejected: 0, settled: 10 };
  const books = createBooks(createStore<FloodFigures>({ ...none, ...flood }));
  const log = createTally();
  for (const n of stored) {
    log.hear({ from: "flood", n });
    books.resilient.hear({ from: "flood", n });
  }
  const lab = { published: 0, stored: log.count() };
  books.update({ resilient: lab, bare: lab, tabs: log.total() });
  return books.balance.get().resilient;
};

it("counts as sent what the outbox took and kept", () => {
  expect(booksOf({ taken: 4, rejected: 6 }, [1, 2, 3, 4])).toEqual({
    sent: 4,
    stored: 4,
    seen: 4,
    lost: 0,
    twice: 0,
  });
});

it("a gap for each message that was evicted, and told so, is no loss; one gap more is", () => {
  expect(booksOf({ evicted: 3 }, [1, 5, 6, 7, 8, 9, 10])).toMatchObject({ sent: 7, stored: 7, lost: 0 });
  expect(booksOf({ evicted: 3 }, [1, 5, 6, 8, 9, 10])).toMatchObject({ sent: 7, stored: 6, lost: 1 });
});

it("an evicted message that is stored all the same does not pass", () => {
  expect(booksOf({ evicted: 3 }, [1, 4, 5, 6, 7, 8, 9, 10])).toMatchObject({ sent: 7, stored: 8 });
});
