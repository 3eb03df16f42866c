import { describe, expect, it } from "vitest";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import type { Reply } from "../../src/client/reply.ts";
import { createWorld } from "../../src/testing/createWorld.ts";
import { accept, connect, scene, type Scene } from "./script.ts";

const answer = (one: Scene, more: object): void => {
  const { p, c } = one.sent("pub").at(-1) as { p: string; c: string };
  one.socket().receive({ t: "ack", p, c, n: 1, head: 9, ...more });
};
/** What became of it: a reply, `pending`, or the code it was rejected with. */
const fateOf = (asked: Promise<Reply>): (() => unknown) => {
  let fate: unknown = "pending";
  asked.then(
    (reply) => (fate = reply),
    (error: { code: string; cause?: unknown }) => (fate = error),
  );
  return () => fate;
};

describe("request", () => {
  it("resolves with the reply its acknowledgement carries", async () => {
    const one = scene();
    await connect(one);
    const asked = one.tab.request({ q: 1 }, { channel: "room", idempotencyKey: "k" });
    await one.settle();
    expect(one.sent("pub")).toMatchObject([{ c: "room", m: [{ id: "k", key: true, d: { q: 1 } }] }]);
    answer(one, { runs: [[1, 9, 1]], replies: [[1, { a: 2 }]] });
    expect(await asked).toEqual({ data: { a: 2 }, id: "k", seq: 9 });
  });

  it("takes the reply that positions bring after a break", async () => {
    const one = scene();
    await connect(one);
    const asked = one.tab.request("q");
    await one.settle();
    one.socket().cut();
    await one.world.advance(3_000);
    one.socket().open();
    await one.settle();
    one.socket().receive({
      t: "hello",
      v: 1,
      features: [],
      limits: { maxFrameBytes: 65_536, windowMessages: 8, windowBytes: 8_000, maxChannels: 9 },
      hbMs: 25_000,
      hbTimeoutMs: 10_000,
      guarantees: { ack: "disk", dedupWindowMs: 1, retentionMs: 1 },
    });
    await one.settle();
    const [{ producers }] = one.sent("resume") as unknown as [{ producers: { p: string; c: string }[] }];
    one.socket().receive([
      { t: "authed", subject: "u1", exp: null },
      { t: "welcome", cid: "c", spreadMs: 0, channels: [] },
      {
        t: "positions",
        producers: [{ ...producers[0]!, n: 1, head: 3, runs: [[1, 3, 1]], replies: [[1, "late"]] }],
      },
    ]);
    expect(await asked).toMatchObject({ data: "late", seq: 3 });
  });

  it("resolves with undefined where the server's app gave no reply", async () => {
    const one = scene();
    await connect(one);
    const asked = one.tab.request("q");
    await one.settle();
    answer(one, { runs: [[1, 9, 1]] });
    expect(await asked).toMatchObject({ data: undefined, seq: 9 });
  });

  it.each([
    ["beyond the verdict window", {}, "REPLY_GONE"],
    ["a duplicate of an earlier key", { verdicts: [[1, 1, "dup", 4]] }, "REPLY_GONE"],
    ["over 1 KiB", { runs: [[1, 9, 1]], replies: [[1, "REPLY_TOO_LARGE"]] }, "REPLY_TOO_LARGE"],
    ["of a rejected message", { verdicts: [[1, 1, "rejected:NO"]] }, "MESSAGE_NOT_ACKED"],
  ])("rejects when the reply is %s, with the settlement as cause (P6.5)", async (_, more, code) => {
    const one = scene();
    await connect(one);
    const fate = fateOf(one.tab.request("q"));
    await one.settle();
    answer(one, more);
    await one.settle();
    expect(fate()).toMatchObject({ code, cause: one.tab.record.settled[0]!.settlement });
  });

  it("takes the reply to a duplicate where the server still has it", async () => {
    const one = scene();
    await connect(one);
    const asked = one.tab.request("q");
    await one.settle();
    answer(one, { verdicts: [[1, 1, "dup", 4]], replies: [[1, "again"]] });
    expect(await asked).toMatchObject({ data: "again", seq: 4 });
  });

  it("rejects REPLY_TIMEOUT after timeoutMs; the message stays and settles as ever", async () => {
    const one = scene();
    await connect(one);
    const short = fateOf(one.tab.request("short", { timeoutMs: 2_000 }));
    const usual = fateOf(one.tab.request("usual"));
    await one.world.advance(1_990);
    expect(short()).toBe("pending");
    await one.world.advance(20);
    expect(short()).toMatchObject({ code: "REPLY_TIMEOUT" });
    expect(one.tab.outbox.state.get().depth).toBe(2);
    one.socket().receive({ t: "ping" });
    await one.world.advance(20_000);
    one.socket().receive({ t: "ping" });
    expect(usual()).toBe("pending");
    await one.world.advance(8_100);
    expect(usual()).toMatchObject({ code: "REPLY_TIMEOUT" });
    const { p } = one.sent("pub")[0] as { p: string };
    one.socket().receive({ t: "ack", p, c: "default", n: 2, head: 2, runs: [[1, 1, 2]] });
    await one.settle();
    expect(one.tab.record.settled.map(({ settlement }) => settlement.kind)).toEqual(["acked", "acked"]);
  });

  it("waits while it is reconnecting, and its deadline runs there", async () => {
    const one = scene();
    await connect(one);
    const fate = fateOf(one.tab.request("q", { timeoutMs: 5_000 }));
    await one.settle();
    one.world.network.refuse(true);
    one.socket().cut();
    await one.world.advance(4_000);
    expect(fate()).toBe("pending");
    await one.world.advance(1_100);
    expect(fate()).toMatchObject({ code: "REPLY_TIMEOUT" });
  });

  it("rejects in failed with the connection's error, at once and without queueing; one that waited too", async () => {
    const one = scene();
    await connect(one);
    const before = fateOf(one.tab.request("before"));
    await one.settle();
    one.socket().close(4501);
    await one.settle();
    expect(before()).toMatchObject({ code: "UNAUTHORISED" });
    const { depth } = one.tab.outbox.state.get();
    await expect(one.tab.request("in failed")).rejects.toMatchObject({ code: "UNAUTHORISED" });
    expect(one.tab.outbox.state.get().depth).toBe(depth);
  });

  it.each([
    ["disconnect", "DISCONNECTED"],
    ["logout", "DISCONNECTED"],
    ["dispose", "DISPOSED"],
  ] as const)("%s() ends what waits with %s", async (call, code) => {
    const one = scene();
    await connect(one);
    const fate = fateOf(one.tab.request("q"));
    await one.settle();
    void one.tab[call]();
    await one.settle();
    expect(fate()).toMatchObject({ code });
    expect(one.tab.page.clock.timers()).toBe(0);
  });

  it("rejects DISPOSED after dispose()", async () => {
    const { tab } = scene();
    await tab.dispose();
    await expect(tab.request("q")).rejects.toMatchObject({ code: "DISPOSED" });
  });

  it("made before connect() is sent then; no timer runs meanwhile", async () => {
    const one = scene();
    const fate = fateOf(one.tab.request("early", { timeoutMs: 1_000 }));
    expect(one.tab.page.clock.timers()).toBe(0);
    await one.world.advance(900);
    expect(fate()).toBe("pending");
    await connect(one);
    answer(one, { runs: [[1, 1, 1]], replies: [[1, 1]] });
    await one.settle();
    expect(fate()).toMatchObject({ data: 1 });
  });

  it("overdue at connect() rejects then", async () => {
    const one = scene();
    const fate = fateOf(one.tab.request("early", { timeoutMs: 1_000 }));
    await one.world.advance(5_000);
    expect(fate()).toBe("pending");
    one.tab.connect();
    await one.settle();
    expect(fate()).toMatchObject({ code: "REPLY_TIMEOUT" });
  });

  it.each([
    [NaN, "INVALID_OPTION"],
    [0, "INVALID_OPTION"],
    [-1, "INVALID_OPTION"],
  ])("refuses timeoutMs %s", async (timeoutMs, code) => {
    const { tab } = scene();
    await expect(tab.request("q", { timeoutMs })).rejects.toMatchObject({ code });
    expect(tab.outbox.state.get().depth).toBe(0);
  });

  it("is withdrawn by its signal: MESSAGE_NOT_ACKED, the cause aborted", async () => {
    const { tab } = scene();
    const abort = new AbortController();
    const asked = tab.request("q", { signal: abort.signal });
    abort.abort();
    await expect(asked).rejects.toMatchObject({ code: "MESSAGE_NOT_ACKED", cause: { kind: "aborted" } });
  });

  it("in plain mode rejects REPLY_GONE once it is sent: nobody replies there", async () => {
    const one = scene({ protocol: plainProtocol() });
    one.tab.connect();
    one.socket().open();
    await expect(one.tab.request("q")).rejects.toMatchObject({ code: "REPLY_GONE", cause: { kind: "sent" } });
  });

  it("malformed replies end the attempt, not the message (fault 55)", async () => {
    const one = scene();
    await connect(one);
    const fate = fateOf(one.tab.request("q"));
    await one.settle();
    answer(one, { runs: [[1, 9, 1]], replies: [7] });
    await one.settle();
    expect(one.tab.state.get().name).toBe("reconnecting");
    expect(fate()).toBe("pending");
    expect(one.tab.outbox.state.get().depth).toBe(1);
    await one.world.runUntil(() => one.tab.state.get().name === "connecting");
    await accept(one);
    answer(one, { runs: [[1, 9, 1]], replies: [[1, "well"]] });
    await one.settle();
    expect(fate()).toMatchObject({ data: "well" });
  });

  it("asks a real server through a break: the reply is the first run's, once", async () => {
    let runs = 0;
    const world = createWorld({
      server: {
        onMessage: ({ payload }, context) => {
          context.reply({ run: ++runs, twice: (payload as number) * 2 });
        },
      },
    });
    const tab = world.openTab();
    tab.connect();
    await world.advance(200);
    world.sockets[0]!.stall("down");
    const asked = tab.request<{ run: number; twice: number }>(21);
    await world.advance(50);
    world.network.cut();
    await world.advance(10_000);
    expect(await asked).toMatchObject({ data: { run: 1, twice: 42 }, seq: 1 });
    expect(runs).toBe(1);
    await world.close();
  });
});
