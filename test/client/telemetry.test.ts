import { describe, expect, it } from "vitest";
import type { MeasureContext } from "../../src/client/telemetry.ts";
import { fixed, perClient } from "../../src/core/backoff.ts";
import { clientCounters, clientHistograms, isClientStats } from "../../src/protocol/stats.ts";
import type { ClientStats } from "../../src/protocol/stats.ts";
import { MAX_BYTES_BEFORE_AUTH } from "../../src/protocol/limits.ts";
import { accept, connect, hello, live, scene } from "./script.ts";

type Figure = readonly [name: string, value: number, context: MeasureContext];
const listening = () => {
  const heard: Figure[] = [];
  return {
    heard,
    telemetry: { onMeasure: (...figure: Figure) => void heard.push(figure) },
    of: (name: string) =>
      heard.filter(([one]) => one === name).map(([, value, { reason }]) => [value, reason]),
  };
};

describe("telemetry", () => {
  it("measures attempts, delays, recovery and catching up, in seconds, with where and why", async () => {
    const { telemetry, heard, of } = listening();
    const one = scene({ telemetry, url: "ws://a.test/ws?key=secret", backoff: { policy: fixed(2_000) } });
    await connect(one);
    expect(of("reconnect_attempts_total")).toEqual([[1, "connected"]]);
    one.socket().cut();
    await one.world.advance(2_000);
    one.socket().cut();
    await one.world.advance(2_000);
    await accept(one);
    expect(of("reconnect_attempts_total").slice(1)).toEqual([
      [1, "SOCKET_CLOSED"],
      [1, "connected"],
    ]);
    expect(of("reconnect_backoff_delay_seconds")).toEqual([
      [2, "closed"],
      [2, "closed"],
    ]);
    const [[recovery]] = of("recovery_duration_seconds") as [[number, unknown]];
    expect(recovery).toBeGreaterThanOrEqual(4);
    expect(recovery).toBeLessThan(4.1);
    expect(of("reconcile_duration_seconds")).toHaveLength(2);
    expect(of("disconnects_total")).toEqual([[1, "1006"]]);
    expect(new Set(heard.map(([, , { endpoint }]) => endpoint))).toEqual(new Set(["ws://a.test/ws"]));
    expect(heard.every(([, , { role }]) => role === "solo")).toBe(true);
  });

  it("says how much of what waited for a reconnect was acknowledged", async () => {
    const { telemetry, of } = listening();
    const one = scene({ telemetry });
    const receipts = [1, 2, 3, 4].map((n) => one.tab.send(n));
    await connect(one);
    one.tab.send("later");
    await one.settle();
    const [{ p, c }] = one.sent("pub") as unknown as [{ p: string; c: string }];
    one
      .socket()
      .receive({ t: "ack", p, c, n: 4, head: 9, runs: [[1, 1, 3]], verdicts: [[4, 4, "rejected:NO"]] });
    await Promise.all(receipts.map(({ settled }) => settled));
    expect(of("reconnect_flush_success_rate")).toEqual([[0.75, undefined]]);
    expect(of("reconnect_flush_duration_seconds")).toHaveLength(1);
  });

  it("counts a delay that the cap made shorter", async () => {
    const { telemetry, of } = listening();
    const one = scene({
      telemetry,
      backoff: { policy: perClient({ baseMs: [1_000, 1_000], capMs: 2_000 }) },
    });
    one.tab.connect();
    for (let i = 0; i < 3; i++) {
      one.socket().cut();
      await one.world.advance(4_000);
    }
    expect(of("reconnect_backoff_capped_total")).toHaveLength(1);
  });

  it("counts what a break did to a channel, and a breaker that opened", async () => {
    const { telemetry, of } = listening();
    const one = scene({
      telemetry,
      backoff: { policy: fixed(10) },
      breaker: { failures: 1, minSilenceMs: 0 },
    });
    one.tab.watch("c");
    await connect(one);
    one.socket().receive({
      t: "subscribed",
      c: "c",
      epoch: "e1",
      head: 5,
      tail: "t",
      status: "lost",
      reason: "trimmed",
    });
    await one.settle();
    expect(of("client_stream_anomalies_total")).toEqual([[1, "trimmed"]]);
    one.socket().cut();
    await one.world.advance(10);
    one.socket().cut();
    await one.settle();
    expect(of("reconnect_breaker_state").at(-1)).toEqual([1, undefined]);
  });

  it("counts a socket that is gone by its close code, whichever side closed it", async () => {
    const { telemetry, of } = listening();
    const one = scene({ telemetry, backoff: { policy: fixed(10) } });
    await connect(one);
    one.socket().close(4011);
    await one.world.advance(11);
    await accept(one);
    one.tab.disconnect();
    expect(of("disconnects_total")).toEqual([
      [1, "4011"],
      [1, "1000"],
    ]);
  });

  it("asks the app's policy once a loss, and calls a fixed delay not capped", async () => {
    const { telemetry, of } = listening();
    let asked = 0;
    const one = scene({ telemetry, backoff: { policy: () => (asked++, 10) } });
    const other = scene({ telemetry, backoff: { policy: fixed(10) } });
    for (const { tab, world, socket } of [one, other]) {
      tab.connect();
      for (let i = 0; i < 3; i++) {
        socket().cut();
        await world.advance(11);
      }
    }
    expect(asked).toBe(3);
    expect(of("reconnect_backoff_capped_total")).toEqual([]);
  });

  it("does not call the time an app spent disconnected a recovery", async () => {
    const { telemetry, of } = listening();
    const one = scene({ telemetry, backoff: { policy: fixed(10_000) } });
    await connect(one);
    one.socket().cut();
    await one.settle();
    one.tab.disconnect();
    await one.world.advance(600_000);
    await connect(one);
    expect(of("recovery_duration_seconds")).toEqual([]);
  });

  it("counts what expired while it waited, and what a second break interrupted", async () => {
    const { telemetry, of } = listening();
    const one = scene({ telemetry, backoff: { policy: fixed(1_000) } });
    await connect(one);
    one.socket().cut();
    await one.settle();
    one.tab.send("dies", { ttlMs: 500 });
    one.tab.send("lives");
    await one.world.advance(1_001);
    await accept(one);
    one.socket().cut();
    await one.world.advance(1_001);
    expect(of("reconnect_flush_success_rate")).toEqual([]);
    await accept(one);
    const [{ p, c, n }] = one.sent("pub") as unknown as [{ p: string; c: string; n: number }];
    one.socket().receive({ t: "ack", p, c, n, head: 9, runs: [[n, 1, 1]] });
    await one.settle();
    expect(of("reconnect_flush_success_rate")).toEqual([[0.5, undefined]]);
    expect(of("reconnect_flushed_total")).toEqual([
      [1, "expired"],
      [1, "acked"],
    ]);
  });

  it("tells with the next connection what an attempt had to tell that came to nothing", async () => {
    const one = scene({ backoff: { policy: fixed(10) } });
    one.tab.connect();
    one.socket().cut();
    await one.world.advance(11);
    one.socket().open();
    await one.settle();
    one.socket().receive(hello);
    await one.settle();
    expect(one.sent("resume")).toMatchObject([{ stats: {} }]);
    one.socket().cut();
    await one.world.advance(11);
    await accept(one);
    const [{ stats }] = one.sent("resume") as unknown as [{ stats: ClientStats }];
    expect(stats.counts["reconnect_attempts_total|SOCKET_CLOSED"]).toBe(2);
    expect(stats.observed["reconnect_backoff_delay_seconds"]).toEqual([0.01, 0.01]);
  });

  it("stays within what a server reads, whatever names a server invents (P9.7, fault 55)", async () => {
    const one = scene({ backoff: { policy: fixed(10) } });
    one.tab.subscribe("c", () => undefined);
    await connect(one);
    for (let i = 0; i < 200; i++)
      one
        .socket()
        .receive({ ...live("c"), t: "subscribed", status: "lost", reason: `${i}${"x".repeat(9_000)}` });
    await one.settle();
    one.socket().cut();
    await one.world.advance(11);
    await accept(one);
    const [{ stats }] = one.sent("resume") as unknown as [{ stats: ClientStats }];
    expect(isClientStats(stats)).toBe(true);
    expect(JSON.stringify(stats).length).toBeLessThan(6_000);
  });

  it("finds its place in what a server reads before it knows who speaks, or waits for a pong (P3.3, P9.7)", async () => {
    const one = scene({ auth: () => ({ token: "t".repeat(11_000) }), backoff: { policy: fixed(10) } });
    const names = Array.from({ length: 100 }, (_, i) => `${"long".repeat(10)}${i}`);
    for (const name of names) one.tab.subscribe(name, () => undefined);
    await connect(
      one,
      names.map((name) => live(name)),
    );
    for (let i = 0; i < 100; i++)
      one
        .socket()
        .receive({ ...live(names[i]!), t: "subscribed", status: "lost", reason: `${"x".repeat(29)}${i}` });
    await one.settle();
    one.socket().cut();
    await one.world.advance(11);
    await accept(
      one,
      names.map((name) => live(name)),
    );
    const [first = ""] = one.socket().sent;
    expect(Buffer.byteLength(first)).toBeLessThanOrEqual(MAX_BYTES_BEFORE_AUTH);
    expect(first).not.toContain("stats");
    one.socket().receive({ t: "ping" });
    await one.settle();
    expect(one.sent("pong")).toMatchObject([{ stats: { counts: {} } }]);
  });

  it("contains a listener that throws, and reports it (fault 44)", async () => {
    const one = scene({
      telemetry: {
        onMeasure: () => {
          throw new Error("RUM");
        },
      },
    });
    await connect(one);
    expect(one.tab.state.get().name).toBe("connected");
    expect(one.tab.record.errors.every(({ code }) => code === "HANDLER_THREW")).toBe(true);
  });

  it("tells the server what was counted, with resume and at most once a minute with a pong (P9.6)", async () => {
    const one = scene();
    one.tab.watch("c");
    await connect(one);
    one.socket().cut();
    await one.world.advance(3_000);
    await accept(one);
    const [{ stats }] = one.sent("resume") as unknown as [{ stats: { counts: Record<string, number> } }];
    expect(isClientStats(stats)).toBe(true);
    expect(stats.counts["connection_transitions_total|connected|reconnecting|closed"]).toBe(1);
    const ping = async (): Promise<unknown> => {
      one.socket().receive({ t: "ping" });
      await one.settle();
      return one.sent("pong").at(-1);
    };
    expect(await ping()).toEqual({ t: "pong" });
    for (let i = 0; i < 3; i++) {
      await one.world.advance(20_000);
      one.socket().receive({ t: "ping" });
    }
    const told = one.sent("pong").filter((pong) => "stats" in pong);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ cursors: [{ c: "c", epoch: "e1", seq: 0, tail: "" }] });
  });

  it("names only what a server takes", async () => {
    const one = scene();
    one.tab.watch("c");
    one.tab.send(1);
    await connect(one);
    one.socket().cut();
    await one.world.advance(3_000);
    await accept(one);
    const all = one.tab.sockets().flatMap((socket) => socket.frames());
    for (const frame of all) {
      const stats = (frame as { stats?: { counts: object; observed: object } }).stats;
      for (const key of Object.keys(stats?.counts ?? {})) {
        const [name = "", ...labels] = key.split("|");
        const allowed = Object.values(clientCounters[name] ?? {});
        expect(name in clientCounters && labels.length === allowed.length, key).toBe(true);
        labels.forEach((label, i) => expect(label).toMatch(allowed[i] as RegExp));
      }
      for (const name of Object.keys(stats?.observed ?? {})) expect(clientHistograms).toContain(name);
    }
  });
});

describe("the log", () => {
  it("has neither payloads nor tokens nor the query of a url, whatever happens (S3, S20)", async () => {
    const lines: string[] = [];
    const one = scene({
      url: "ws://a.test/ws?key=tellnobody",
      auth: () => ({ token: "tellnobody" }),
      logger: (...entry) => void lines.push(JSON.stringify(entry)),
    });
    one.tab.subscribe("c", ({ data }) => {
      throw new Error(`cannot digest ${String(data)}`);
    });
    one.tab.send("tellnobody");
    await connect(one);
    one
      .socket()
      .receive({ t: "data", c: "c", ev: [{ seq: 1, tail: "t1", prev: "", lam: 1, d: "tellnobody" }] });
    one.socket().receive("tellnobody");
    await one.world.advance(60_000);
    one.tab.disconnect();
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.join("\n")).not.toContain("tellnobody");
    expect(lines.some((line) => line.includes("HANDLER_THREW"))).toBe(true);
  });
});
