import { describe, expect, it } from "vitest";
import type { LogLevel } from "../../src/core/logLevel.ts";
import { fixed } from "../../src/core/backoff.ts";
import { accept, authed, connect, data, event, hello, live, scene, welcome } from "./script.ts";

type Entry = readonly [level: LogLevel, code: string, fields: Readonly<Record<string, unknown>>];
const journal = () => {
  const entries: Entry[] = [];
  return {
    entries,
    logger: (...entry: Entry) => void entries.push(entry),
    of: (code: string) => entries.filter((entry) => entry[1] === code),
  };
};

describe("the logger", () => {
  it("never gets a payload, a token, a key or a query, over a history with everything in it (S3, S20)", async () => {
    const { logger, entries } = journal();
    const one = scene({
      url: "ws://user:sEcReT-word@localhost/ws?key=sEcReT-query",
      auth: () => ({ token: "sEcReT-token" }),
      backoff: { policy: fixed(100) },
      logger,
    });
    one.tab.subscribe("room", () => {
      throw new Error("sEcReT-handler");
    });
    one.tab.send({ text: "sEcReT-out" }, { channel: "room", idempotencyKey: "sEcReT-key" });
    await connect(one, [live("room")]);
    const [pub] = one.sent("pub") as unknown as { p: string; n: number }[];
    one.socket().receive([
      data("room", event(1, { text: "sEcReT-in" }, "")),
      { t: "vol", c: "room", d: "sEcReT-volatile" },
      {
        t: "goaway",
        reason: "sEcReT-reason",
        minMs: 1e6,
        maxMs: 1e6,
        deadlineMs: 1,
        to: "wss://sEcReT.example",
      },
      { t: "ack", c: "room", p: pub!.p, n: 1, head: 2, verdicts: [[1, 1, "rejected:NO"]] },
    ]);
    await one.settle();
    one.socket().close(1008, "sEcReT-close");
    await one.world.advance(101);
    await accept(one, [{ ...live("room", 9, "t9"), status: "lost", reason: "trimmed" }]);
    one.socket().receive('{"t":"data","c":5,"d":"sEcReT-frame"}');
    await one.world.advance(200);
    one.socket().close(4501, "sEcReT-end");
    await one.settle();
    await one.tab.dispose();
    const codes = new Set(entries.map((entry) => entry[1]));
    for (const code of ["TRANSITION", "CONTINUITY", "SETTLED", "ANOMALY", "HANDLER_THREW", "UNAUTHORISED"])
      expect(codes).toContain(code);
    expect(JSON.stringify(entries)).not.toMatch(/sEcReT/i);
  });

  it("gets no token that a failing auth put into its error (S3)", async () => {
    const { logger, entries } = journal();
    const one = scene({
      auth: () => Promise.reject(new Error("GET /token?secret=sEcReT failed")),
      backoff: { policy: fixed(100), maxAttempts: 1 },
      logger,
    });
    one.tab.connect();
    one.socket().open();
    await one.settle();
    one.socket().receive(hello);
    await one.world.advance(200);
    one.socket().open();
    await one.world.advance(10);
    expect(one.tab.state.get()).toMatchObject({ code: "RETRIES_EXHAUSTED" });
    expect(entries).toContainEqual([
      "info",
      "TRANSITION",
      expect.objectContaining({ to: "reconnecting", reason: "auth", code: "AUTH_FAILED", attempt: 1 }),
    ]);
    expect(JSON.stringify(entries)).not.toContain("sEcReT");
  });

  it("tells every transition, with what is known of the later state", async () => {
    const { logger, of } = journal();
    const one = scene({ logger, backoff: { policy: fixed(100) } });
    await connect(one);
    one.socket().close(1006);
    await one.settle();
    one.tab.disconnect();
    expect(of("TRANSITION").map(([level, , { from, to, event }]) => [level, from, to, event])).toEqual([
      ["info", "disconnected", "connecting", "connect"],
      ["info", "connecting", "authenticating", "socketOpened"],
      ["info", "authenticating", "resuming", "welcomed"],
      ["info", "resuming", "connected", "resumed"],
      ["info", "connected", "reconnecting", "socketLost"],
      ["info", "reconnecting", "disconnected", "disconnect"],
    ]);
    expect(of("TRANSITION").at(-2)![2]).toMatchObject({
      reason: "closed",
      code: "SOCKET_CLOSED",
      attempt: 1,
    });
    expect(of("TRANSITION").at(-1)![2]).toMatchObject({ reason: "requested" });
  });

  it("cuts and cleans what a server chose (S20)", async () => {
    const { logger, of } = journal();
    const one = scene({ logger });
    one.tab.subscribe("room", () => undefined);
    const reason = `\u001b[31m\n${"x".repeat(1_000)}`;
    await connect(one, [{ ...live("room", 3, "t3"), status: "lost", reason }]);
    expect(of("CONTINUITY")).toMatchObject([["warn", "CONTINUITY", { channel: "room", result: "lost" }]]);
    const told = of("CONTINUITY")[0]![2]["reason"] as string;
    expect(told).toHaveLength(64);
    expect(told).toMatch(/^[\x20-\x7e]*$/);
  });

  it("is told what is well at debug, and a gap as a warning", async () => {
    const { logger, of } = journal();
    const one = scene({ logger, backoff: { policy: fixed(100) } });
    one.tab.subscribe("room", () => undefined);
    await connect(one, [live("room")]);
    one.socket().close(1006);
    await one.world.advance(101);
    await accept(one, [live("room")]);
    expect(of("CONTINUITY")).toMatchObject([["debug", "CONTINUITY", { result: "kept", missed: 0 }]]);
  });

  it("warns of a message that the log will not have, unless its sender said that it may go", async () => {
    const { logger, of } = journal();
    const one = scene({ logger, outbox: { capacity: 1, overflow: "evict-oldest" } });
    one.tab.send("evicted");
    one.tab.send("later");
    one.tab.send(10n);
    one.tab.send("a cursor that nobody waits for", { volatile: true });
    await connect(one);
    const [{ p, n }] = one.sent("pub") as unknown as [{ p: string; n: number }];
    one.socket().receive({ t: "ack", c: "default", p, n, head: 2, verdicts: [[n, n, "rejected:NO"]] });
    await one.settle();
    one.tab.send("not on its way yet");
    await one.tab.dispose();
    expect(of("SETTLED").map(([level, , { kind, code }]) => [level, kind, code])).toEqual([
      ["warn", "evicted", undefined],
      ["warn", "rejected", "UNSERIALIZABLE"],
      ["debug", "rejected", "NOT_CONNECTED"],
      ["warn", "rejected", "NO"],
      ["debug", "aborted", undefined],
    ]);
  });

  it("that throws keeps nothing from happening; it is told, but not about itself (fault 44)", async () => {
    const errors: unknown[] = [];
    let calls = 0;
    const one = scene({
      logger: () => {
        calls++;
        throw new Error("full disk");
      },
    });
    one.tab.on("error", ({ code }) => errors.push(code));
    one.tab.connect();
    expect(one.tab.state.get().name).toBe("connecting");
    expect(errors).toEqual(["HANDLER_THREW"]);
    expect(calls).toBe(2);
    one.socket().open();
    await one.settle();
    one.socket().receive([hello, authed, welcome()]);
    await one.settle();
    expect(one.tab.state.get().name).toBe("connected");
  });
});
