import { describe, expect, it } from "vitest";
import { createWorld } from "../../src/testing/createWorld.ts";

/** A client and a server, with one good message and one good channel beside the bad input. */
const beside = async (act: (tab: ReturnType<ReturnType<typeof createWorld>["openTab"]>) => unknown) => {
  const world = createWorld();
  const tab = world.openTab();
  const good = tab.watch("good");
  tab.connect();
  await world.advance(200);
  const outcome = act(tab);
  tab.send("still here", { channel: "good" });
  await world.advance(30_000);
  expect(tab.state.get().name).toBe("connected");
  expect(good.data()).toEqual(["still here"]);
  expect(tab.sockets()).toHaveLength(1);
  return outcome;
};

describe("bad input of the app costs the connection nothing", () => {
  it.each([
    ["a negative seq", { seq: -1, tail: "" }],
    ["NaN", { seq: NaN, tail: "" }],
    ["a fraction", { seq: 1.5, tail: "t" }],
    ["no tail", { seq: 1 }],
    ["a tail that is no text", { seq: 1, tail: 7 }],
    ["an endless tail", { seq: 1, tail: "x".repeat(5_000) }],
    ["text", "yes"],
  ])("expected with %s settles rejected INVALID_EXPECTED", async (_, expected) => {
    const receipt = await beside((tab) => tab.send("bad", { channel: "good", expected: expected as never }));
    expect((receipt as { status: { get: () => unknown } }).status.get()).toEqual({
      kind: "rejected",
      code: "INVALID_EXPECTED",
      by: "client",
    });
  });

  it.each([
    ["last: NaN", { last: NaN }],
    ["last: -1", { last: -1 }],
    ["last: 1e12", { last: 1e12 }],
    ["last: text", { last: "5" }],
    ["another word", "yesterday"],
    ["a cursor without tail", { epoch: "e", seq: 1 }],
    ["a cursor with a negative seq", { epoch: "e", seq: -1, tail: "t" }],
    ["a cursor of another kind", { epoch: 1, seq: 1, tail: "t" }],
    ["null", null],
  ])("since with %s starts now, and is told as lost where nothing can be meant", async (_, since) => {
    const told: unknown[] = [];
    await beside((tab) =>
      tab.subscribe("other", () => undefined, {
        since: since as never,
        onContinuity: ({ result, reason }) => told.push([result, reason]),
      }),
    );
    if ((since as { last?: unknown } | null)?.last !== 1e12)
      expect(told).toEqual([["lost", "invalid_since"]]);
  });

  it.each([
    [NaN, "rejected"],
    [-1, "expired"],
    [0, "expired"],
    [Infinity, "acked"],
    ["50", "acked"],
  ])("ttlMs %s settles %s", async (ttlMs, kind) => {
    const receipt = (await beside((tab) => tab.send("odd", { channel: "good2", ttlMs: ttlMs as never }))) as {
      status: { get: () => { kind: string } };
    };
    expect(receipt.status.get().kind).toBe(kind);
  });
});
