import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ClientFrame, Cursor, FrameOf } from "../../src/protocol/frames.ts";
import { clientCounters, clientHistograms } from "../../src/protocol/stats.ts";
import { createMetrics } from "../../src/server/metrics.ts";
import { createShare } from "../../src/server/share.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { metricNames } from "../../src/telemetry/metricNames.ts";
import { metricTable } from "../../src/telemetry/metricTable.ts";
import { createWorld } from "../../src/testing/createWorld.ts";
import { virtualClock } from "../../src/testing/virtualClock.ts";
import { parseExposition } from "./exposition.ts";
import { createTestServer } from "./testServer.ts";

type Server = ReturnType<typeof createTestServer>;
interface Node {
  readonly server: Pick<Server["server"], "metrics">;
}

const samplesOf = ({ server }: Node, name: string) =>
  parseExposition(server.metrics()).get(name)?.samples ?? [];
/** The sum of the series of `name`, or of those whose labels are these. */
const valueOf = (t: Node, name: string, labels: Readonly<Record<string, string>> = {}) =>
  samplesOf(t, name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
const histogramOf = (t: Node, name: string) => {
  const samples = samplesOf(t, name);
  const part = (suffix: string) => samples.find((sample) => sample.name === `${name}_${suffix}`)?.value;
  return { count: part("count"), sum: part("sum") };
};

const stats = (counts: Record<string, number> = {}, observed: Record<string, readonly number[]> = {}) => ({
  counts,
  observed,
});

describe("the text", () => {
  it("is what a strict reader takes, before and after traffic of every kind (S30)", async () => {
    const t = createTestServer();
    expect(parseExposition(t.server.metrics()).size).toBe(Object.keys(metricTable).length);
    const peer = await t.join();
    await peer.pub(1, ["a"]);
    await peer.pub(1, ["a"]);
    await peer.raw("{");
    await peer.drop();
    const back = await t.join([{ c: "room", ...(await t.store.head("room")), seq: 0, tail: "" }]);
    await back.send({ t: "pong", stats: stats({ "reconnect_attempts_total|connected": 2 }) });
    expect(valueOf(t, "duplicate_msg_rejected_total")).toBe(1);
    expect(valueOf(t, "disconnects_total", { code: "4500" })).toBe(1);
    expect(valueOf(t, "stale_socket_cleanup_errors")).toBe(0);
    expect(valueOf(t, "resilient_connections")).toBe(1);
    expect(histogramOf(t, "delta_sync_gap_size")).toEqual({ count: 1, sum: 1 });
  });

  it("has a HELP and a TYPE for every name of the table, also for what never happened", () => {
    const families = parseExposition(createTestServer().server.metrics());
    expect([...families.keys()]).toEqual(Object.keys(metricTable));
    for (const [name, { type, help }] of Object.entries(metricTable))
      expect(families.get(name)).toMatchObject({ type, help });
  });

  it("escapes what a label may bring", () => {
    const metrics = createMetrics();
    const nasty = 'a"b\\c\nd},e{f="';
    metrics.count(metricNames.nacks, 1, nasty);
    expect(parseExposition(metrics.text()).get(metricNames.nacks)?.samples).toEqual([
      { name: metricNames.nacks, labels: { code: nasty }, value: 1 },
    ]);
  });

  it("has so many series of a name and no more: the rest is `other` (S14, I4)", () => {
    const metrics = createMetrics();
    for (let i = 0; i < 10_000; i++) metrics.count(metricNames.nacks, 1, `CODE_${i}`);
    const samples = parseExposition(metrics.text()).get(metricNames.nacks)?.samples ?? [];
    expect(samples).toHaveLength(201);
    expect(samples.find(({ labels }) => labels["code"] === "other")?.value).toBe(9_800);
  });

  it("leaves out what cannot be read, and no more", () => {
    const metrics = createMetrics();
    metrics.counter(
      metricNames.eventsTrimmed,
      () => {
        throw new Error("a store of an older version");
      },
      "age",
    );
    metrics.counter(metricNames.eventsTrimmed, () => 3, "size");
    metrics.gauge(metricNames.connections, () => NaN);
    const families = parseExposition(metrics.text());
    expect(families.get(metricNames.eventsTrimmed)?.samples).toMatchObject([{ value: 3 }]);
    expect(families.get(metricNames.connections)?.samples).toEqual([]);
  });
});

describe("the names", () => {
  it("are in the table, each with buckets if and only if it is a histogram", () => {
    expect(Object.keys(metricTable).sort()).toEqual(Object.values(metricNames).sort());
    for (const [name, { type, buckets }] of Object.entries(metricTable))
      expect([name, buckets !== undefined]).toEqual([name, type === "histogram"]);
  });

  it("that clients may tell are exported with the same labels", () => {
    for (const [name, labels] of Object.entries(clientCounters))
      expect(metricTable[name as keyof typeof metricTable]).toMatchObject({
        type: "counter",
        by: "client",
        ...(Object.keys(labels).length > 0 && { labels: Object.keys(labels) }),
      });
    for (const name of clientHistograms)
      expect(metricTable[name as keyof typeof metricTable]).toMatchObject({
        type: "histogram",
        by: "client",
      });
  });

  it("of the source texts are all there", () => {
    expect(Object.values(metricNames)).toEqual(
      expect.arrayContaining([
        "reconnect_fsm_invalid_transitions_total",
        "reconnect_attempt_duration_seconds",
        "reconnect_backoff_capped_total",
        "ws_queue_depth",
        "reconnect_flush_success_rate",
        "duplicate_msg_rejected_total",
        "cross_node_handoff_latency_ms",
        "delta_sync_gap_size",
        "stale_socket_cleanup_errors",
        "state_drift_percentage",
      ]),
    );
  });

  it("are explained in docs/metrics.md as in the table, row by row", () => {
    const rows = [...readFileSync("docs/metrics.md", "utf8").matchAll(/^\| `(\w+)`( +\|.*)\|$/gm)].map(
      ([, name, rest = ""]) => [
        name,
        ...rest
          .split("|")
          .slice(1)
          .map((cell) => cell.trim()),
      ],
    );
    expect(rows).toEqual(
      Object.entries(metricTable).map(([name, { type, labels = [], help, by }]) => [
        name,
        type,
        labels.map((label) => `\`${label}\``).join(", "),
        help,
        by,
      ]),
    );
  });
});

describe("what clients tell", () => {
  const resumeWith = async (
    t: Server,
    told: ReturnType<typeof stats> & { depth?: number },
    token = "ann",
  ) => {
    const peer = t.connect();
    await peer.auth(token);
    await peer.send({ t: "resume", channels: [], producers: [], stats: told });
    return peer;
  };

  it("with resume and pong is added up", async () => {
    const t = createTestServer();
    const first = await resumeWith(
      t,
      stats(
        {
          "connection_transitions_total|connecting|reconnecting|socket": 2,
          reconnect_backoff_capped_total: 1,
        },
        { recovery_duration_seconds: [0.2, 3] },
      ),
    );
    await resumeWith(t, stats({ reconnect_backoff_capped_total: 4 }), "bob");
    await t.clock.advance(30_000);
    await first.send({ t: "pong", stats: stats({ reconnect_backoff_capped_total: 10 }) });
    expect(valueOf(t, "reconnect_backoff_capped_total")).toBe(15);
    expect(
      valueOf(t, "connection_transitions_total", {
        from: "connecting",
        to: "reconnecting",
        reason: "socket",
      }),
    ).toBe(2);
    expect(histogramOf(t, "recovery_duration_seconds")).toEqual({ count: 2, sum: 3.2 });
    expect(valueOf(t, "resilient_client_reports_total", { outcome: "taken" })).toBe(3);
  });

  it.each([
    ["resilient_connections", 5],
    ["duplicate_msg_rejected_total", 5],
    ["__proto__", 1],
    ["constructor", 1],
    ["reconnect_attempts_total", 1],
    ["reconnect_attempts_total|a|b", 1],
    ['reconnect_attempts_total|"} 1\nx', 1],
    ["connection_transitions_total|connected|nowhere|x", 1],
    ["reconnect_flushed_total|", 1],
  ])("is no figure of ours: %j moves nothing and is counted (S14)", async (name, value) => {
    const t = createTestServer();
    const before = parseExposition(t.server.metrics());
    // As text: an object of ours would not have a key of this name.
    const counts = `{${JSON.stringify(name)}:${value}}`;
    const peer = t.connect();
    await peer.auth();
    await peer.raw(`{"t":"resume","channels":[],"producers":[],"stats":{"counts":${counts},"observed":{}}}`);
    expect(peer.state.closed).toBeUndefined();
    expect(valueOf(t, "resilient_client_figures_dropped_total")).toBe(1);
    for (const key of Object.keys(clientCounters))
      expect(parseExposition(t.server.metrics()).get(key)).toEqual(before.get(key));
    expect(valueOf(t, "duplicate_msg_rejected_total")).toBe(0);
  });

  it("is clamped: no client moves a figure by more than a million, a wait by more than a day (S14)", async () => {
    const t = createTestServer();
    await resumeWith(t, {
      ...stats({ reconnect_backoff_capped_total: 1e300 }, { recovery_duration_seconds: [1e300] }),
      depth: 1e300,
    });
    expect(valueOf(t, "reconnect_backoff_capped_total")).toBe(1e6);
    expect(histogramOf(t, "recovery_duration_seconds")).toEqual({ count: 1, sum: 86_400 });
    expect(valueOf(t, "ws_queue_depth")).toBe(1e6);
  });

  it("too often is refused; who keeps to a minute never is (S14)", async () => {
    const t = createTestServer();
    const peer = await resumeWith(t, stats());
    for (let i = 0; i < 100; i++)
      await peer.send({ t: "pong", stats: stats({ reconnect_backoff_capped_total: 1 }) });
    expect(valueOf(t, "reconnect_backoff_capped_total")).toBe(2);
    expect(valueOf(t, "resilient_client_reports_total", { outcome: "refused" })).toBe(98);
    const steady = await resumeWith(t, stats(), "bob");
    for (let i = 0; i < 30; i++) {
      for (let s = 0; s < 3; s++) {
        await t.clock.advance(20_000);
        await steady.send({ t: "ping" });
      }
      await steady.send({ t: "pong", stats: stats({ reconnect_backoff_capped_total: 1 }) });
    }
    expect(valueOf(t, "reconnect_backoff_capped_total")).toBe(32);
  });

  it("ws_queue_depth: the sum of what each told last, without those that are gone", async () => {
    const t = createTestServer();
    const ann = await resumeWith(t, { ...stats(), depth: 7 });
    await resumeWith(t, { ...stats(), depth: 5 }, "bob");
    expect(valueOf(t, "ws_queue_depth")).toBe(12);
    await ann.send({ t: "pong", stats: { ...stats(), depth: 1 } });
    expect(valueOf(t, "ws_queue_depth")).toBe(6);
    await ann.drop();
    expect(valueOf(t, "ws_queue_depth")).toBe(5);
  });

  it("reconnect_flush_success_rate: what was acked of what waited, lately", async () => {
    const t = createTestServer();
    expect(valueOf(t, "reconnect_flush_success_rate")).toBe(1);
    await resumeWith(
      t,
      stats({
        "reconnect_flushed_total|acked": 97,
        "reconnect_flushed_total|expired": 2,
        "reconnect_flushed_total|evicted": 1,
      }),
    );
    expect(valueOf(t, "reconnect_flush_success_rate")).toBe(0.97);
    expect(valueOf(t, "reconnect_flushed_total", { outcome: "expired" })).toBe(2);
    await t.clock.advance(600_000);
    expect(valueOf(t, "reconnect_flush_success_rate")).toBe(1);
  });
});

describe("a share of what happened lately", () => {
  it("forgets after one to two periods", async () => {
    const clock = virtualClock();
    const share = createShare(clock);
    expect(share.lately()).toBeUndefined();
    share.add(true);
    share.add(false, 3);
    await clock.advance(299_999);
    expect(share.lately()).toBe(0.25);
    await clock.advance(2);
    share.add(true, 4);
    expect(share.lately()).toBe(5 / 8);
    await clock.advance(300_001);
    expect(share.lately()).toBe(1);
    await clock.advance(600_001);
    expect(share.lately()).toBeUndefined();
  });
});

describe("cross_node_handoff_latency_ms", () => {
  /** Reads take 40 ms, of `slow` 200 ms. */
  function handingOver() {
    const inner = memoryStore();
    const t = createTestServer({
      store: {
        ...inner,
        read: async (c, ...rest) => {
          const slice = await inner.read(c, ...rest);
          const ms = c === "dead" ? 1e6 : c === "slow" ? 200 : 40;
          await new Promise<void>((resolve) => void t.clock.after(ms, resolve));
          return slice;
        },
      },
      authenticate: async (token) => {
        await new Promise<void>((resolve) => void t.clock.after(10, resolve));
        return { subject: token ?? "ann" };
      },
    });
    let peers = 0;
    const cursor = async (c: string) => ({ c, epoch: (await inner.head(c)).epoch, seq: 0, tail: "" });
    const resume = async (channels: FrameOf<"resume", ClientFrame>["channels"]) => {
      const peer = t.connect();
      await peer.send(
        { t: "auth", token: "ann", group: `g${++peers}`, term: 1 },
        { t: "resume", channels, producers: [] },
      );
      await t.clock.advance(2000);
      return peer;
    };
    return { ...t, cursor, resume };
  }
  const name = "cross_node_handoff_latency_ms";

  it("is the time from auth until the last channel with a cursor is live", async () => {
    const t = handingOver();
    await t.server.publish("room", 1);
    await t.server.publish("slow", 1);
    await t.resume([await t.cursor("room"), await t.cursor("slow"), { c: "new", since: "now" }]);
    expect(histogramOf(t, name)).toEqual({ count: 1, sum: 210 });
    await t.resume([await t.cursor("room")]);
    expect(histogramOf(t, name)).toEqual({ count: 2, sum: 260 });
  });

  it("is not measured where nothing is handed over, and does not wait for what never goes live", async () => {
    const t = handingOver();
    await t.resume([{ c: "room", since: "now" }]);
    await t.resume([]);
    await t.resume([await t.cursor("dead")]);
    expect(histogramOf(t, name)).toEqual({ count: 0, sum: 0 });
    await t.resume([await t.cursor("dead"), await t.cursor("room")]);
    expect(histogramOf(t, name)).toEqual({ count: 1, sum: 510 });
  });
});

describe("state_drift_percentage", () => {
  it("compares sampled cursors with what this node heard at the same seq", async () => {
    const t = createTestServer();
    await t.server.publish("room", 0);
    const peer = await t.join();
    const places: Cursor[] = [];
    for (let i = 1; i <= 3; i++) places.push(await t.server.publish("room", i));
    await t.clock.settle();
    const told = (...cursors: readonly Cursor[]) =>
      peer.send({ t: "pong", cursors: cursors.map((cursor) => ({ c: "room", ...cursor })) });
    const [first, , last] = places as [Cursor, Cursor, Cursor];
    const before = (await t.store.read("room", 1, 1)).events[0]!;
    await told(first, last, { epoch: before.epoch, seq: 1, tail: before.tail });
    expect(valueOf(t, "state_drift_percentage")).toBe(0);
    expect(valueOf(t, "state_drift_samples_total", { result: "same" })).toBe(3);
    await told({ ...last, tail: "other" });
    expect(valueOf(t, "state_drift_percentage")).toBe(25);
    await told({ ...last, epoch: "other" }, { ...last, seq: 9 });
    expect(valueOf(t, "state_drift_samples_total", { result: "drifted" })).toBe(3);
    expect(valueOf(t, "state_drift_percentage")).toBe(50);
  });

  it("says nothing about channels the peer is not live on, and of places nobody here remembers (S9)", async () => {
    const t = createTestServer();
    const place = await t.server.publish("room", 0);
    await t.server.publish("room", 1);
    await t.join();
    const stranger = await t.join([]);
    await stranger.send({ t: "pong", cursors: [{ c: "room", ...place, tail: "other" }] });
    const late = await t.join();
    await late.send({ t: "pong", cursors: [{ c: "room", ...place, tail: "other" }] });
    expect(samplesOf(t, "state_drift_samples_total")).toEqual([]);
    expect(valueOf(t, "state_drift_percentage")).toBe(0);
  });
});

describe("figures of clients in a world", () => {
  it("reach the node: hand-over, recovery, what waited and how it ended, no drift", async () => {
    const world = createWorld();
    const tab = world.openTab();
    tab.watch("room");
    tab.connect();
    await world.advance(1000);
    await world.server().publish("room", "a");
    await world.advance(100);
    world.network.refuse(true);
    world.network.cut();
    await world.advance(1000);
    for (const payload of [1, 2, 3]) tab.send(payload, { channel: "room" });
    await world.server().publish("room", "missed");
    world.network.refuse(false);
    await world.advance(40_000);
    const node = { server: world.server() };
    expect(histogramOf(node, "cross_node_handoff_latency_ms").count).toBe(1);
    expect(histogramOf(node, "delta_sync_gap_size")).toEqual({ count: 1, sum: 1 });
    // Told while three waited; that they were sent is told with a later pong.
    expect(valueOf(node, "ws_queue_depth")).toBe(3);
    await world.advance(120_000);
    expect(valueOf(node, "ws_queue_depth")).toBe(0);
    expect(histogramOf(node, "recovery_duration_seconds").count).toBe(1);
    expect(valueOf(node, "reconnect_flushed_total", { outcome: "acked" })).toBe(3);
    expect(valueOf(node, "reconnect_flush_success_rate")).toBe(1);
    expect(valueOf(node, "state_drift_samples_total", { result: "same" })).toBeGreaterThan(0);
    expect(valueOf(node, "state_drift_percentage")).toBe(0);
    expect(valueOf(node, "resilient_client_figures_dropped_total")).toBe(0);
    expect(valueOf(node, "resilient_client_reports_total", { outcome: "refused" })).toBe(0);
    await world.close();
  });

  it("behind a filter do not drift: hidden events move the cursor too (P7.8)", async () => {
    const world = createWorld({ server: { filter: ({ event }) => event.payload !== "hidden" } });
    const tab = world.openTab();
    const heard = tab.watch("room");
    tab.connect();
    await world.advance(1000);
    for (const payload of ["a", "hidden", "hidden"]) await world.server().publish("room", payload);
    await world.advance(180_000);
    const node = { server: world.server() };
    expect(heard.data()).toEqual(["a"]);
    expect(valueOf(node, "state_drift_samples_total", { result: "same" })).toBeGreaterThan(0);
    expect(valueOf(node, "state_drift_samples_total", { result: "drifted" })).toBe(0);
    await world.close();
  });
});

describe("figures of a node", () => {
  it("what retention removed for lack of room is told apart from what was old", async () => {
    const t = createTestServer({ store: memoryStore({ retention: { maxBytes: 100 } }) });
    for (let i = 0; i < 3; i++) await t.server.publish("room", "ж".repeat(40));
    expect(valueOf(t, "resilient_events_trimmed_total", { reason: "size" })).toBe(2);
    expect(valueOf(t, "resilient_bytes_trimmed_total", { reason: "size" })).toBe(164);
    expect(valueOf(t, "resilient_events_trimmed_total", { reason: "age" })).toBe(0);
  });

  it("send buffers, congestion, what was dropped for it, and who was closed for it (fault 69, S15)", async () => {
    const t = createTestServer();
    const [slow, other] = [await t.join(), await t.join()];
    slow.state.buffered = 900 * 1024;
    other.state.buffered = 24;
    await other.send({ t: "vol", c: "room", d: 1 });
    expect(valueOf(t, "resilient_send_buffer_bytes")).toBe(900 * 1024 + 24);
    expect(valueOf(t, "resilient_congested_connections")).toBe(1);
    expect(valueOf(t, "resilient_volatile_dropped_total")).toBe(1);
    slow.state.buffered = 5 * 1024 * 1024;
    other.state.buffered = 2 * 1024 * 1024;
    await t.server.publish("room", 1);
    await t.clock.advance(10_000);
    expect(valueOf(t, "resilient_slow_consumers_total", { cause: "full" })).toBe(1);
    expect(valueOf(t, "resilient_slow_consumers_total", { cause: "stalled" })).toBe(1);
    expect(valueOf(t, "resilient_congested_connections")).toBe(0);
  });

  it("channels, and a subscription refused for a limit", async () => {
    const t = createTestServer({ limits: { maxChannels: 1 } });
    const peer = await t.join();
    await peer.send({ t: "sub", c: "one too many", since: "now" });
    expect(valueOf(t, "resilient_channels")).toBe(1);
    expect(valueOf(t, "resilient_frames_rejected_total", { code: "TOO_MANY_CHANNELS" })).toBe(1);
  });

  it("no name of a subject, a channel or a key is in them (S30)", async () => {
    const t = createTestServer();
    const peer = await t.join([{ c: "SECRET-channel", since: "now" }], "SECRET-subject");
    await peer.pub(1, ["SECRET"], { c: "SECRET-channel", p: "SECRET-p" });
    await peer.send({
      t: "pub",
      c: "SECRET",
      p: "p",
      n: 9,
      acked: 0,
      m: [{ id: "SECRET", key: true, d: 1 }],
    });
    expect(t.server.metrics()).not.toContain("SECRET");
  });
});
