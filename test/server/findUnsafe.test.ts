import { expect, it } from "vitest";
import { findUnsafe } from "../../src/server/findUnsafe.ts";
import { createTestServer } from "./testServer.ts";

const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)]);

const unsafe = (value: unknown) => findUnsafe(value, { maxDepth: 32, maxKeys: 40 });

it("allows 32 levels and no more (S12, fault 55)", () => {
  expect([unsafe(nest(32)), unsafe(nest(33))]).toEqual([undefined, "TOO_DEEP"]);
  expect(findUnsafe({ a: { b: {} } }, { maxDepth: 2, maxKeys: 9 })).toBe("TOO_DEEP");
});

it("counts the keys and elements of a payload together (S12, CVE-2026-33151)", () => {
  const list = (length: number) => Array<number>(length).fill(0);
  expect(unsafe({ a: list(20), b: { c: list(17) } })).toBeUndefined();
  expect(unsafe({ a: list(20), b: { c: list(18) } })).toBe("TOO_MANY_KEYS");
  expect(unsafe(Object.fromEntries(list(41).map((_, i) => [i, i])))).toBe("TOO_MANY_KEYS");
});

it("refuses keys that would plant a prototype where they are merged (S18)", () => {
  expect(unsafe(JSON.parse('{"a":[{"__proto__":{"admin":true}}]}'))).toBe("FORBIDDEN_KEY");
  expect(unsafe(JSON.parse('{"constructor":{"prototype":{"x":1}}}'))).toBe("FORBIDDEN_KEY");
  expect(unsafe({ constructor: "Bugatti", prototype: 1 })).toBeUndefined();
});

it("P2.4: an unsafe payload is rejected for good before any code of the app sees it, and the queue flows (fault 55, fault 56, CVE-2022-2421)", async () => {
  const ran: unknown[] = [];
  const { join, log } = createTestServer({ onMessage: ({ payload }) => (ran.push(payload), payload) });
  const peer = await join();
  await peer.raw(
    `{"t":"pub","c":"room","p":"p1","n":1,"acked":0,"m":[{"id":"a","d":{"__proto__":{"x":1}}},{"id":"b","d":${JSON.stringify(nest(40))}},{"id":"c","d":"fine"}]}`,
  );
  expect(peer.last("ack")?.verdicts).toEqual([
    [1, 1, "rejected:FORBIDDEN_KEY"],
    [2, 2, "rejected:TOO_DEEP"],
  ]);
  expect([ran, await log()]).toEqual([["fine"], ["fine"]]);
});
