import { expect, it } from "vitest";
import { findUnsafe } from "../../src/server/findUnsafe.ts";
import { createTestServer } from "./testServer.ts";

const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)]);

it("allows 32 levels and no more (S12, fault 55)", () => {
  expect([findUnsafe(nest(32), 32), findUnsafe(nest(33), 32)]).toEqual([undefined, "TOO_DEEP"]);
  expect(findUnsafe({ a: { b: {} } }, 2)).toBe("TOO_DEEP");
});

it("refuses keys that would plant a prototype where they are merged (S18)", () => {
  expect(findUnsafe(JSON.parse('{"a":[{"__proto__":{"admin":true}}]}'), 32)).toBe("FORBIDDEN_KEY");
  expect(findUnsafe(JSON.parse('{"constructor":{"prototype":{"x":1}}}'), 32)).toBe("FORBIDDEN_KEY");
  expect(findUnsafe({ constructor: "Bugatti", prototype: 1 }, 32)).toBeUndefined();
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
