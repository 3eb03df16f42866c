import { describe, expect, it } from "vitest";
import { createResilientClient } from "../../src/client/createResilientClient.ts";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import { connect, scene } from "./script.ts";

const url = "ws://localhost/ws";

describe("options", () => {
  it.each([
    ["timeouts", { timeouts: { connectMs: NaN } }],
    ["timeouts", { timeouts: { handshakeMs: -1 } }],
    ["outbox", { outbox: { capacity: NaN } }],
    ["outbox", { outbox: { maxAgeMs: -5 } }],
    ["heartbeat", { heartbeat: { intervalMs: -5 } }],
    ["breaker", { breaker: { failures: NaN } }],
    ["backoff", { backoff: { maxAttempts: -1 } }],
    ["onUnmount", { onUnmount: { lingerMs: NaN } }],
  ])("refuse a number that cannot work in %s, at construction: %j", (_, options) => {
    expect(() => createResilientClient({ url, ...options })).toThrow("INVALID_OPTION");
  });

  it("name the url they refuse, without its query, and ask for an absolute one", () => {
    expect(() => createResilientClient({ url: "/ws?token=secret" })).toThrow(/absolute.*got \/ws$/);
  });

  it("that are undefined are their defaults: a prop passed through turns no limit off", () => {
    const { tab } = scene({
      outbox: {
        capacity: undefined,
        maxBytes: undefined,
        maxAgeMs: undefined,
        overflow: undefined,
        ackTimeoutMs: undefined,
      },
      backoff: { policy: undefined, maxAttempts: undefined, maxSpreadMs: undefined },
      heartbeat: undefined,
      breaker: { failures: undefined },
      timeouts: { connectMs: undefined },
      onUnmount: undefined,
      auth: undefined,
      protocol: undefined,
    });
    expect(tab.outbox.state.get().capacity).toBe(1_000);
    expect(() =>
      createResilientClient({ url, ports: { clock: undefined, dice: undefined } as never }).disconnect(),
    ).not.toThrow();
  });

  it("refuse auth beside a protocol of one's own, which would never ask it", () => {
    expect(() => createResilientClient({ url, protocol: plainProtocol(), auth: "/token" })).toThrow(
      "INVALID_OPTION",
    );
  });

  it("a backoff policy that throws ends in failed with its cause, not in a client that waits for ever (fault 44)", async () => {
    const one = scene({
      backoff: {
        policy: () => {
          throw new Error("mine");
        },
      },
    });
    one.tab.connect();
    one.socket().close(1006);
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({
      name: "failed",
      code: "HANDLER_THREW",
      recovery: { kind: "manual" },
    });
  });

  it("expected travels with the message, and survives a change of the object", async () => {
    const one = scene();
    const expected = { seq: 4, tail: "t4" };
    one.tab.send("x", { expected });
    expected.seq = 99;
    await connect(one);
    expect(one.sent("pub")).toMatchObject([{ m: [{ d: "x", expected: { seq: 4, tail: "t4" } }] }]);
  });
});

describe("a suspended page", () => {
  it.each(["disconnect", "logout", "dispose"] as const)(
    "whose client is told to %s() lets go of the page (fault 24)",
    async (call) => {
      const one = scene();
      await connect(one);
      one.tab.page.hint("suspended");
      expect(one.tab.page.listeners()).toBe(1);
      void one.tab[call]();
      expect(one.tab.page.listeners()).toBe(0);
    },
  );
});

describe("lastFlushMs", () => {
  it("is the time from connected to an empty queue", async () => {
    const one = scene();
    one.tab.send("x");
    expect(one.tab.outbox.state.get().lastFlushMs).toBeNull();
    await connect(one);
    await one.world.advance(40);
    const { p, c } = one.sent("pub")[0] as { p: string; c: string };
    one.socket().receive({ t: "ack", p, c, n: 1, head: 1 });
    await one.settle();
    expect(one.tab.outbox.state.get().lastFlushMs).toBeGreaterThanOrEqual(40);
  });
});
