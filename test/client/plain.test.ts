import { describe, expect, it } from "vitest";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import { scene } from "./script.ts";

const plain = (options: Parameters<typeof plainProtocol>[0] = {}, more: object = {}) =>
  scene({ protocol: plainProtocol(options), ...more });

describe("plain mode", () => {
  it("is connected as soon as the socket is open, and names no subprotocol", async () => {
    const one = plain();
    one.tab.connect();
    expect(one.socket().protocols).toEqual([]);
    one.socket().open();
    await one.settle();
    expect(one.tab.state.get().name).toBe("connected");
  });

  it("queues before the connection, sends in order, settles sent", async () => {
    const one = plain();
    const receipts = [one.tab.send({ a: 1 }), one.tab.send("text")];
    one.tab.connect();
    one.socket().open();
    await one.settle();
    expect(one.socket().sent).toEqual(['{"a":1}', "text"]);
    expect(await Promise.all(receipts.map((r) => r.settled))).toEqual([{ kind: "sent" }, { kind: "sent" }]);
    expect(one.tab.outbox.state.get().depth).toBe(0);
  });

  it("delivers JSON parsed, other text raw, to the channel default", async () => {
    const one = plain();
    const all = one.tab.watch("default");
    one.tab.connect();
    one.socket().open();
    one.socket().receive('{"x":1}');
    one.socket().receive("plain words");
    await one.settle();
    expect(all.data()).toEqual([{ x: 1 }, "plain words"]);
    expect(all.messages[0]).toMatchObject({ seq: undefined, own: false, replayed: false });
  });

  it("keeps what the server acknowledges by id until it does, and sends it again after a break", async () => {
    const one = plain({
      serialize: (payload) => JSON.stringify(payload),
      isAck: (raw) => {
        const { ack } = JSON.parse(raw as string) as { ack?: string };
        return ack === undefined ? undefined : [ack];
      },
    });
    one.tab.connect();
    one.socket().open();
    await one.settle();
    const first = one.tab.send({ n: 1 }, { idempotencyKey: "k1" });
    one.tab.send({ n: 2 }, { idempotencyKey: "k2" });
    await one.settle();
    one.socket().receive('{"ack":"k1"}');
    await one.settle();
    expect(await first.settled).toEqual({ kind: "acked", seq: undefined });
    one.socket().cut();
    await one.world.advance(3_000);
    one.socket().open();
    await one.settle();
    expect(one.socket().sent).toEqual(['{"n":2}']);
    expect(one.tab.outbox.state.get()).toMatchObject({ depth: 1, inFlight: 1 });
  });

  it("pings after silence where it has a ping, and drops pongs", async () => {
    const one = plain({ ping: () => "PING", isPong: (raw) => raw === "PONG" });
    const all = one.tab.watch("default");
    one.tab.connect();
    one.socket().open();
    await one.world.advance(25_010);
    expect(one.socket().sent).toEqual(["PING"]);
    one.socket().receive("PONG");
    await one.world.advance(20_000);
    expect(all.messages).toHaveLength(0);
    expect(one.tab.state.get().name).toBe("connected");
    await one.world.advance(60_000);
    expect(one.tab.sockets().length).toBeGreaterThan(1);
  });

  it("waits for ever on a silent server without a ping: silence proves nothing there", async () => {
    const one = plain();
    one.tab.connect();
    one.socket().open();
    await one.world.advance(3_600_000);
    expect(one.tab.sockets()).toHaveLength(1);
  });

  it("reconnects after any close but the terminal ones", async () => {
    const one = plain();
    one.tab.connect();
    one.socket().open();
    one.socket().close(1001);
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({ name: "reconnecting", reason: "closed" });
    await one.world.advance(5_000);
    one.socket().open();
    one.socket().close(4501);
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({ name: "failed", code: "UNAUTHORISED" });
  });

  it("draws its first retry from firstRetrySpreadMs", async () => {
    const delays = new Set<number>();
    for (let i = 0; i < 5; i++) {
      const one = plain({}, { backoff: { firstRetrySpreadMs: 60_000 }, url: `ws://localhost/${i}` });
      one.tab.connect();
      one.socket().open();
      await one.world.advance(10 * i);
      one.socket().close(1006);
      await one.settle();
      const state = one.tab.state.get();
      delays.add(state.name === "reconnecting" ? state.retryAt - one.tab.page.clock.wallMs() : 0);
    }
    expect(Math.max(...delays)).toBeGreaterThan(1_000);
  });
});
