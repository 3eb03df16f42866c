import { expect, it } from "vitest";
import { createFence } from "../../src/server/fence.ts";

const holder = () => {
  const told: number[] = [];
  return { told, supersede: (term: number) => void told.push(term) };
};

it("P3.6: tells the older holder which term replaced it, once", () => {
  const fence = createFence();
  const [first, second] = [holder(), holder()];
  expect(fence.claim("ann", "g", 1, first)).toEqual({ accepted: true });
  expect(fence.claim("ann", "g", 2, second)).toEqual({ accepted: true });
  fence.release("ann", "g", first);
  expect(fence.claim("ann", "g", 1, first)).toEqual({ accepted: false, code: "SUPERSEDED", known: 2 });
  expect([first.told, second.told]).toEqual([[2], []]);
});

it("P3.6: nobody is told after the holder has left, and the term is remembered", () => {
  const fence = createFence();
  const first = holder();
  fence.claim("ann", "g", 5, first);
  fence.release("ann", "g", first);
  expect(fence.claim("ann", "g", 4, holder())).toMatchObject({ accepted: false, known: 5 });
  fence.claim("ann", "g", 6, holder());
  expect(first.told).toEqual([]);
});

it("remembers a bounded number of groups without a connection, the longest unused go first (I4)", () => {
  const fence = createFence();
  const live = holder();
  fence.claim("ann", "live", 9, live);
  for (let i = 0; i <= 10_000; i++) {
    const gone = holder();
    fence.claim("ann", `g${i}`, 9, gone);
    fence.release("ann", `g${i}`, gone);
  }
  expect(fence.claim("ann", "g0", 1, holder())).toEqual({ accepted: true });
  expect(fence.claim("ann", "g10000", 1, holder())).toMatchObject({ accepted: false });
  expect(fence.claim("ann", "live", 1, holder())).toMatchObject({ accepted: false });
});
