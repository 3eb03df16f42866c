import { expect, it } from "vitest";
import { createTestServer } from "./testServer.ts";

/** A server, and every field that its logger was given. */
const logging = (options: Parameters<typeof createTestServer>[0]) => {
  const fields: Record<string, unknown>[] = [];
  const t = createTestServer({ ...options, logger: (_level, _code, more) => fields.push(more) });
  return { ...t, fields };
};

it("a channel's name in a log is printable and short, whatever a peer called it (S20)", async () => {
  const t = logging({ snapshot: () => Promise.reject(new Error("no\nstate")) });
  const channel = `a\u009b31m\u202e\u2028\u200b${"x".repeat(240)}`;
  await t.join([{ c: channel, since: "snapshot" }]);
  await t.clock.advance(100);
  const [failure] = t.fields.filter((field) => "channel" in field);
  expect(failure).toEqual({ channel: `a 31m   ${"x".repeat(192)}`, error: "Error: no state" });
});

it("an error of the app in a log is printable and short; numbers stay numbers (S20)", async () => {
  const t = logging({
    onMessage: () => {
      throw new Error(`\u001b]0;owned\u0007${"y".repeat(500)}\ud800`);
    },
  });
  const peer = await t.join();
  await peer.pub(1, ["a"]);
  const [failure] = t.fields.filter((field) => "error" in field);
  expect(failure?.["error"]).toMatch(/^Error: {2}\]0;owned y{1,200}$/);
  expect(String(failure?.["error"])).toHaveLength(200);
  expect(Object.values(failure ?? {}).filter((value) => typeof value === "number")).not.toEqual([]);
});
