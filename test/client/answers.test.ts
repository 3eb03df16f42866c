import { describe, expect, it } from "vitest";
import { accept, authed, connect, hello, scene, type Scene, welcome } from "./script.ts";

/** Late, old and contradictory answers of a server, and what a client must not make of them. */
const producerOf = (one: Scene): string => (one.sent("pub").at(-1) as { p: string }).p;
const numbers = (one: Scene) =>
  one
    .sent("pub")
    .flatMap(({ p, n, m }) => (m as { d: unknown }[]).map(({ d }, i) => [p, (n as number) + i, d]));

const sent = async (one: Scene, ...payloads: readonly unknown[]) => {
  const receipts = payloads.map((payload) => one.tab.send(payload));
  await one.settle();
  return receipts.map((receipt) => () => receipt.status.get());
};
const ack = async (one: Scene, n: number) => {
  one.socket().receive({ t: "ack", p: producerOf(one), c: "default", n, head: n });
  await one.settle();
};

describe("an answer that comes late", () => {
  it("† a retriable nack for what is answered holds nothing up (P6.4)", async () => {
    const one = scene();
    await connect(one);
    await sent(one, "a", "b");
    await ack(one, 2);
    const p = producerOf(one);
    const late = { t: "nack", p, c: "default", n: 1, code: "RATE_LIMITED" } as const;
    one.socket().receive({ ...late, retriable: true, retryAfterMs: 60_000 });
    await sent(one, "c");
    expect(numbers(one).at(-1)).toEqual([p, 3, "c"]);
    expect(one.tab.outbox.state.get().pausedUntil).toBeNull();
  });

  it("† a position below what was acknowledged is an old one: only the server says that its store went back (P5.6)", async () => {
    const one = scene();
    await connect(one);
    await sent(one, "a", "b");
    await ack(one, 2);
    const p = producerOf(one);
    one.socket().receive({ t: "positions", producers: [{ p, c: "default", n: 1, head: 1 }] });
    await sent(one, "c");
    expect(one.tab.record.lost).toEqual([]);
    expect(numbers(one).at(-1)).toEqual([p, 3, "c"]);
  });
});

describe("an answer that comes early", () => {
  it("† to what another page sent under its numbers says nothing of those before: only positions do (P4.7)", async () => {
    const one = scene();
    const receipts = ["a", "b", "c"].map((payload) => one.tab.send(payload, { channel: "c" }));
    one.tab.connect();
    await one.settle();
    one.socket().open();
    await one.settle();
    one.socket().receive(hello);
    await one.settle();
    const [{ producers }] = one.sent("resume") as unknown as [{ producers: [{ p: string; c: string }] }];
    const [{ p, c }] = producers;
    one.socket().receive([authed, welcome([], 0)]);
    one.socket().receive({ t: "ack", p, c, n: 3, head: 2, verdicts: [[3, 3, "skipped"]] });
    await one.settle();
    expect(receipts.map(({ status }) => status.get().kind)).toEqual(["queued", "queued", "queued"]);
    one.socket().receive({
      t: "positions",
      producers: [{ p, c, n: 3, head: 2, runs: [[1, 2, 1]], verdicts: [[2, 3, "rejected:NO"]] }],
    });
    await one.settle();
    expect(receipts.map(({ status }) => status.get().kind)).toEqual(["acked", "rejected", "rejected"]);
  });
});

describe("an answer to what was never sent", () => {
  it.each([
    ["of a producer that is not here", { p: "someone-else", n: 1 }],
    ["of a channel nothing was sent to", { c: "elsewhere", n: 1 }],
    ["of a number that was not given", { n: 7 }],
  ])("%s settles nothing of ours that it does not cover, and is counted (fault 48)", async (_, foreign) => {
    const one = scene();
    const anomalies: unknown[] = [];
    one.tab.on("anomaly", ({ kind }) => anomalies.push(kind));
    const receipt = one.tab.send("x");
    await connect(one);
    const [{ p, c }] = one.sent("pub") as unknown as [{ p: string; c: string }];
    one.socket().receive({ t: "ack", p, c, head: 9, ...foreign });
    await one.settle();
    expect(anomalies).toEqual(["foreign_ack"]);
    expect(one.tab.state.get().name).toBe("connected");
    expect(receipt.status.get().kind).toBe(foreign.n === 7 ? "acked" : "inFlight");
    one.tab.send("y");
    await one.settle();
    expect(one.sent("pub").at(-1)).toMatchObject({ n: 2 });
  });
});

describe("a claim", () => {
  it("† says how far everything was answered, so that the server can tell a store that went back (P4.7)", async () => {
    const one = scene();
    await connect(one);
    await sent(one, "a", "b", "c");
    await ack(one, 2);
    const p = producerOf(one);
    one.socket().cut();
    await one.world.advance(3_000);
    await accept(one);
    expect(one.sent("resume")[0]).toMatchObject({ producers: [{ p, c: "default", acked: 2 }] });
  });

  it("† of a producer older than the outbox lives says so (P5.7)", async () => {
    const one = scene({ outbox: { maxAgeMs: 60_000 } });
    await connect(one);
    await sent(one, "a");
    await ack(one, 1);
    one.tab.disconnect();
    await one.world.advance(70_000);
    one.tab.send("b");
    await connect(one);
    expect(one.sent("resume")[0]).toMatchObject({ producers: [{ acked: 1, old: true }] });
  });
});

it("† a server that forgot the producer: what may have landed is uncertain, the rest goes on under a new one (P5.7, fault 63)", async () => {
  const one = scene();
  await connect(one);
  const [landed] = await sent(one, "may have landed");
  const p = producerOf(one);
  const waiting = one.tab.send("waits");
  one.socket().receive({ t: "nack", p, c: "default", n: 1, code: "UNKNOWN_PRODUCER", retriable: false });
  await one.settle();
  expect(landed?.()).toEqual({ kind: "uncertain" });
  expect(waiting.status.get()).toEqual({ kind: "inFlight" });
  const [q, n, d] = numbers(one).at(-1) as [string, number, string];
  expect([q === p, n, d]).toEqual([false, 1, "waits"]);
});
