import { describe, expect, it } from "vitest";
import { createClient } from "../../src/client/createClient.ts";
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

const opened = async (one: ReturnType<typeof plain>): Promise<void> => {
  one.tab.connect();
  one.socket().open();
  await one.settle();
};
const comesBack = async (one: ReturnType<typeof plain>): Promise<void> => {
  await one.world.advance(5_000);
  one.socket().open();
  await one.settle();
};
type Frame = { id?: string; d?: unknown; c?: string; ack?: string; late?: Frame[] };
const frameOf = (raw: unknown) => JSON.parse(raw as string) as Frame;
/** A small protocol of its own: `{id, d, c}`, `{ack}`, `{late: [...]}`. */
const own = {
  serialize: (payload: unknown, { id, channel }: { id: string; channel: string }) =>
    JSON.stringify({ id, d: payload, c: channel }),
  isAck: (raw: unknown) => frameOf(raw).ack,
  parse: (raw: unknown) => {
    const { late, ...one } = frameOf(raw);
    const toParsed = ({ id, d, c }: Frame, replayed: boolean) => ({ id, data: d, channel: c, replayed });
    return late ? late.map((frame) => toParsed(frame, true)) : toParsed(one, false);
  },
  cursorOf: (message: { id?: string | undefined } | undefined) => message?.id,
  resumeFrame: (last: unknown, byChannel: ReadonlyMap<string, unknown>) =>
    JSON.stringify({ from: last, by: Object.fromEntries(byChannel) }),
};

describe("sending in plain mode", () => {
  it("gives serialize the id and the channel, once: what is sent again is what was sent", async () => {
    let calls = 0;
    const one = plain({
      ...own,
      serialize: (payload, envelope) => own.serialize([payload, ++calls], envelope),
    });
    await opened(one);
    const { id } = one.tab.send("x", { channel: "room" });
    await one.settle();
    const [, first] = one.socket().sent;
    expect(JSON.parse(first!)).toEqual({ id, d: ["x", 1], c: "room" });
    one.socket().cut();
    await comesBack(one);
    expect(one.socket().sent[1]).toBe(first);
  });

  it.each([
    ["throws", () => JSON.parse("{") as string],
    ["answers undefined", () => undefined],
    ["answers a number: no buffer is made of it (CVE-2016-10518)", () => 1_000 as never],
    ["answers an object", () => ({}) as never],
  ])("a serialize that %s: rejected UNSERIALIZABLE, the rest flows", async (_, serialize) => {
    const one = plain({ serialize: (payload) => (payload === "bad" ? serialize() : String(payload)) });
    await opened(one);
    const bad = one.tab.send("bad");
    one.tab.send("good");
    await one.settle();
    expect(bad.status.get()).toEqual({ kind: "rejected", code: "UNSERIALIZABLE", by: "client" });
    expect(one.socket().sent).toEqual(["good"]);
  });

  it("without serialize a number is its digits, not a buffer of its length (CVE-2016-10518)", async () => {
    const one = plain();
    await opened(one);
    one.tab.send(1_000);
    await one.settle();
    expect([one.socket().sent, one.socket().sentBytes]).toEqual([["1000"], []]);
  });

  it("an acknowledgement of what was never transmitted, comes twice, or is foreign is ignored (fault 45, fault 48)", async () => {
    const one = plain({ ...own, serialize: (payload) => "x".repeat(payload as number) });
    await opened(one);
    // The thin link holds the second back, so it is not transmitted.
    one.world.network.shape({ bytesPerSecond: 1 });
    const [first, second] = [600_000, 1].map((length) =>
      one.tab.send(length, { idempotencyKey: `k${length}` }),
    );
    await one.settle();
    for (const ack of ["k1", "k600000", "k600000", "foreign"]) one.socket().receive(JSON.stringify({ ack }));
    await one.settle();
    expect(first!.status.get()).toEqual({ kind: "acked", seq: undefined });
    expect(second!.status.get()).toEqual({ kind: "queued" });
    expect(one.tab.record.settled).toHaveLength(1);
  });

  it("stops feeding a socket whose buffer is full and goes on when it drains: a ping does not wait behind bulk (fault 15)", async () => {
    const one = plain();
    await opened(one);
    one.world.network.shape({ bytesPerSecond: 512 * 1024 });
    for (let i = 0; i < 8; i++) one.tab.send("x".repeat(256 * 1024));
    await one.settle();
    expect(one.socket().sent.length).toBeLessThan(4);
    expect(one.tab.outbox.state.get().depth).toBeGreaterThan(4);
    await one.world.advance(4_000);
    expect(one.socket().sent).toHaveLength(8);
    expect(one.tab.outbox.state.get().depth).toBe(0);
  });

  it("finds the lone culprit after 1009 and goes on with the others (fault 6)", async () => {
    const one = plain(own);
    await opened(one);
    const receipts = ["a", "too large", "b"].map((payload) => one.tab.send(payload));
    for (let round = 0; round < 8; round++) {
      await one.settle();
      const sent = one.socket().sent.slice(1).map(frameOf);
      for (const { id, d } of sent) {
        if (d === "too large") {
          one.socket().close(1009);
          await comesBack(one);
          break;
        }
        one.socket().receive(JSON.stringify({ ack: id }));
      }
    }
    expect(receipts.map(({ status }) => status.get())).toEqual([
      { kind: "acked", seq: undefined },
      { kind: "rejected", code: "TOO_LARGE", by: "server" },
      { kind: "acked", seq: undefined },
    ]);
    expect(one.tab.sockets().length).toBeLessThan(4);
    // What was found is over: messages travel together again.
    const before = one.socket().sent.length;
    for (const payload of ["c", "d", "e"]) one.tab.send(payload);
    await one.settle();
    expect(one.socket().sent.length - before).toBe(3);
  });

  it("what was transmitted on an earlier socket counts as transmitted, also before it is sent again (I8)", async () => {
    const one = plain({ ...own, serialize: (payload) => "x".repeat(payload as number) });
    await opened(one);
    const [, second] = [600_000, 1].map((length) => one.tab.send(length));
    await one.world.advance(10);
    expect(second!.status.get()).toEqual({ kind: "inFlight" });
    one.socket().cut();
    one.world.network.shape({ bytesPerSecond: 1 });
    await comesBack(one);
    expect(one.socket().sent).toHaveLength(2);
    one.tab.outbox.cancel(second!.id);
    expect(second!.status.get()).toEqual({ kind: "inFlight" });
    one.socket().cut();
    await one.settle();
    expect(second!.status.get()).toEqual({ kind: "uncertain" });
  });

  it("what was withdrawn before it was transmitted is aborted; in flight it waits for its acknowledgement, and is uncertain after a break (fault 43)", async () => {
    const one = plain(own);
    const never = new AbortController();
    const early = one.tab.send("early", { signal: never.signal });
    never.abort();
    await opened(one);
    const [landed, unknown, late] = ["landed", "unknown", "late"].map((payload) => {
      const control = new AbortController();
      return { control, receipt: one.tab.send(payload, { signal: control.signal }) };
    });
    await one.settle();
    landed!.control.abort();
    unknown!.control.abort();
    one.socket().receive(JSON.stringify({ ack: landed!.receipt.id }));
    one.socket().receive(JSON.stringify({ ack: late!.receipt.id }));
    late!.control.abort();
    await one.settle();
    expect(unknown!.receipt.status.get().kind).toBe("inFlight");
    one.socket().cut();
    await comesBack(one);
    expect(
      [early, landed!.receipt, unknown!.receipt, late!.receipt].map(({ status }) => status.get().kind),
    ).toEqual(["aborted", "acked", "uncertain", "acked"]);
    expect(one.socket().sent.slice(1)).toEqual([]);
  });

  it("ttl, max age and dispose settle honestly: expired and aborted if never transmitted, else uncertain", async () => {
    const one = plain(own, { outbox: { maxAgeMs: 20_000 } });
    await opened(one);
    const flown = one.tab.send("flown", { ttlMs: 1_000 });
    const disposed = one.tab.send("disposed");
    await one.settle();
    one.socket().cut();
    await one.settle();
    const waiting = one.tab.send("waiting", { ttlMs: 10 });
    const queued = one.tab.send("queued");
    await one.world.advance(1_500);
    expect(waiting.status.get()).toEqual({ kind: "expired" });
    expect(flown.status.get().kind).not.toBe("expired");
    void one.tab.dispose();
    await one.settle();
    expect(disposed.status.get()).toEqual({ kind: "uncertain" });
    expect(queued.status.get()).toEqual({ kind: "aborted" });
    expect(flown.status.get()).toEqual({ kind: "uncertain" });
  });
});

describe("binary in plain mode", () => {
  const bytes = (...values: number[]) => new Uint8Array(values);

  it("goes out as it stands at send: buffers and views are copied, with their offset", async () => {
    const one = plain();
    const buffer = bytes(1, 2, 3, 4);
    one.tab.send(buffer.buffer);
    one.tab.send(buffer.subarray(1, 3));
    one.tab.send(new DataView(buffer.buffer, 2));
    one.tab.send(new Float32Array([1]));
    buffer.fill(9);
    await opened(one);
    expect(one.socket().sentBytes.map((sent) => [...new Uint8Array(sent)])).toEqual([
      [1, 2, 3, 4],
      [2, 3],
      [3, 4],
      [0, 0, 128, 63],
    ]);
    expect(one.socket().sent).toEqual([]);
  });

  it("comes in as an ArrayBuffer, through parse or as it is", async () => {
    const one = plain();
    const all = one.tab.watch("default");
    const parsed = plain({
      parse: (raw) => ({ data: [...new Uint8Array(raw as ArrayBuffer)], channel: "bytes" }),
    });
    const numbers = parsed.tab.watch("bytes");
    for (const each of [one, parsed]) {
      await opened(each);
      each.socket().receive(bytes(7, 8).buffer);
      await each.settle();
    }
    expect(all.data()).toEqual([bytes(7, 8).buffer]);
    expect(numbers.data()).toEqual([[7, 8]]);
  });

  it("counts its bytes in the outbox, and has no limit of its own", async () => {
    const one = plain({ isAck: () => undefined });
    await opened(one);
    one.tab.send(new Uint8Array(100_000));
    await one.settle();
    expect(one.tab.outbox.state.get()).toMatchObject({ depth: 1, bytes: 100_000 });
    expect(one.tab.send(new Uint8Array(6 * 1_048_576)).status.get()).toMatchObject({ code: "QUEUE_FULL" });
  });

  it("Blobs are taken with their size, and come in where binaryType asks for them", async () => {
    const asked: unknown[] = [];
    const sent: unknown[] = [];
    const given: unknown[] = [];
    const { world } = plain();
    const client = createClient({
      url: "ws://localhost/blobs",
      protocol: plainProtocol({ binaryType: "blob", isAck: () => undefined }),
      ports: {
        clock: world.clock,
        dice: world.dice,
        socket: (_url, _protocols, events, binaryType) => {
          asked.push(binaryType);
          world.clock.soon(() => {
            events.opened();
            events.received(new Blob(["in"]));
          });
          const nothing = (): void => undefined;
          return {
            send: (data) => sent.push(data),
            close: nothing,
            abandon: nothing,
            bufferedBytes: () => 0,
          };
        },
      },
    });
    client.subscribe("default", ({ data }) => given.push(data));
    const blob = new Blob(["out"]);
    client.send(blob);
    client.connect();
    await world.advance(1);
    expect([asked, sent]).toEqual([["blob"], [blob]]);
    expect(await (given[0] as Blob).text()).toBe("in");
    expect(client.outbox.state.get().bytes).toBe(3);
  });
});

describe("resuming in plain mode", () => {
  it("the first frame on every socket names the last place, of all and by channel", async () => {
    const one = plain(own);
    one.tab.send("waits");
    await opened(one);
    one.socket().receive('{"id":"a1","d":1,"c":"a"}');
    one.socket().receive('{"id":"b1","d":1,"c":"b"}');
    await one.settle();
    expect(one.socket().sent.map((text) => Object.keys(frameOf(text)))).toEqual([["by"], ["id", "d", "c"]]);
    one.socket().cut();
    await comesBack(one);
    expect(frameOf(one.socket().sent[0])).toEqual({ from: "b1", by: { a: "a1", b: "b1" } });
  });

  it("moves after the handlers: what a page had not finished hearing when it broke comes again", async () => {
    const places: unknown[] = [];
    const one = plain({
      ...own,
      cursorOf: (message) => {
        places.push("moved");
        return message?.id;
      },
    });
    one.tab.subscribe("default", () => places.push("heard"));
    await opened(one);
    one.socket().receive('{"id":"1","d":1}');
    expect(places).toEqual(["heard", "moved"]);
  });

  it("takes a place from a frame without a message: a page that heard nothing can resume (fault 51)", async () => {
    const one = plain({
      parse: (raw) => (frameOf(raw).d === undefined ? undefined : { data: frameOf(raw).d }),
      cursorOf: (_message, raw) => frameOf(raw).id,
      resumeFrame: (last) => `resume ${last}`,
    });
    await opened(one);
    one.socket().receive('{"id":"welcome-7"}');
    one.socket().cut();
    await comesBack(one);
    expect(one.socket().sent).toEqual(["resume welcome-7"]);
  });

  it("a replay that overlaps is delivered once, told as replayed with what was new (I2, fault 49)", async () => {
    const one = plain(own);
    const room = one.tab.watch("room");
    const hall = one.tab.watch("hall");
    await opened(one);
    one.socket().receive('{"id":"1","d":1,"c":"room"}');
    one.socket().cut();
    await comesBack(one);
    const late = [
      { id: "1", d: 1, c: "room" },
      { id: "2", d: 2, c: "room" },
      { id: "1", d: "another channel's 1", c: "hall" },
      { id: "3", d: 3, c: "room" },
    ];
    one.socket().receive(JSON.stringify({ late }));
    one.socket().receive('{"id":"3","d":3,"c":"room"}');
    await one.settle();
    expect(room.messages.map(({ data, replayed }) => [data, replayed])).toEqual([
      [1, false],
      [2, true],
      [3, true],
    ]);
    expect(room.continuity).toEqual([
      { channel: "room", result: "replayed", replayed: 2, missed: undefined, reason: undefined },
    ]);
    expect(hall.data()).toEqual(["another channel's 1"]);
  });

  it("drops nothing where ids mean nothing: without cursorOf a name may come again", async () => {
    const one = plain({ parse: (raw) => ({ data: raw, id: "same" }) });
    const all = one.tab.watch("default");
    await opened(one);
    for (const text of ["a", "b"]) one.socket().receive(text);
    expect(all.data()).toEqual(["a", "b"]);
  });

  it("remembers a thousand ids and a thousand channels, not more, whatever a server invents (I4)", async () => {
    let known: ReadonlyMap<string, unknown> = new Map();
    const one = plain({
      ...own,
      resumeFrame: (_last, byChannel) => {
        known = byChannel;
        return undefined;
      },
    });
    const all = one.tab.watch("default");
    await opened(one);
    const burst = Array.from({ length: 3_000 }, (_, i) => ({ id: `i${i}`, d: 1, c: `c${i}` }));
    one.socket().receive(JSON.stringify({ late: burst }));
    expect(known.size).toBe(1_000);
    const ids = Array.from({ length: 1_001 }, (_, i) => ({ id: `i${i}`, d: i }));
    one.socket().receive(JSON.stringify({ late: [...ids, ids[0], ids[1_000]] }));
    // The first was forgotten by then, the last was not.
    expect(all.messages).toHaveLength(1_002);
  });

  it("without a place every channel that was heard is told lost after a break, before anything newer (I8)", async () => {
    const one = plain();
    const told: unknown[] = [];
    one.tab.subscribe("default", ({ data }) => told.push(data), {
      onContinuity: ({ result, missed, reason }) => told.push([result, missed, reason]),
    });
    await opened(one);
    one.socket().receive("1");
    one.socket().cut();
    await one.settle();
    const late = one.tab.watch("came during the break");
    await comesBack(one);
    one.socket().receive("2");
    await one.settle();
    expect(told).toEqual([1, ["lost", undefined, "not_resumed"], 2]);
    expect(late.continuity).toEqual([]);
  });

  it.each([1, 2])("says lost once a break, however many attempts it took: %i", async (attempts) => {
    const one = plain();
    const all = one.tab.watch("default");
    await opened(one);
    one.socket().cut();
    await one.settle();
    const late = one.tab.watch("came during the break");
    for (let i = 0; i < attempts; i++) {
      await one.world.advance(5_000);
      one.socket().close(1006);
    }
    await comesBack(one);
    expect(all.continuity).toHaveLength(1);
    expect(late.continuity).toEqual([]);
  });
});

describe("closes in plain mode", () => {
  const closedBy = async (options: Parameters<typeof plainProtocol>[0], code: number, reason = "") => {
    const one = plain({ ...own, ...options });
    const all = one.tab.watch("default");
    await opened(one);
    one.socket().receive('{"id":"7","d":1}');
    one.socket().close(code, reason);
    await one.settle();
    return { one, all };
  };

  it.each([
    ["failed", { code: "CLOSED_BY_SERVER", recovery: { kind: "manual" } }],
    ["sign-in", { code: "UNAUTHORISED", recovery: { kind: "sign-in" } }],
    ["update-app", { code: "VERSION_UNSUPPORTED", recovery: { kind: "update-app" } }],
  ] as const)("classifyClose answers %s: no further attempt (fault 5)", async (verdict, state) => {
    const { one } = await closedBy(
      { classifyClose: (code, reason) => (code === 4242 && reason === "no" ? verdict : undefined) },
      4242,
      "no",
    );
    expect(one.tab.state.get()).toMatchObject({ name: "failed", ...state });
    await one.world.advance(600_000);
    expect(one.tab.sockets()).toHaveLength(1);
    one.tab.reconnect();
    expect(one.tab.sockets()).toHaveLength(2);
  });

  it("classifyClose answers retry: a code that would end the client is retried, as often as it comes (fault 7)", async () => {
    const { one } = await closedBy({ classifyClose: () => "retry" }, 4501);
    expect(one.tab.state.get()).toMatchObject({ name: "reconnecting" });
    for (let i = 0; i < 6; i++) {
      await one.world.runUntil(() => one.socket().state() === "connecting");
      one.socket().close(1008);
    }
    expect(one.tab.state.get()).toMatchObject({ name: "reconnecting" });
  });

  it("classifyClose answers undefined: the usual table, 1008 from the fourth in a row on is failed (fault 7)", async () => {
    const { one } = await closedBy({ classifyClose: () => undefined }, 1008);
    for (let i = 0; i < 3; i++) {
      await one.world.runUntil(() => one.socket().state() === "connecting");
      one.socket().close(1008);
    }
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({ name: "failed", code: "CLOSED_BY_SERVER" });
  });

  it("is asked about what the other side did, not about what this side ended", async () => {
    const asked: unknown[] = [];
    const one = plain({ classifyClose: (code) => void asked.push(code) });
    await opened(one);
    one.tab.disconnect();
    one.tab.connect();
    one.socket().open();
    one.tab.reconnect();
    expect(asked).toEqual([]);
  });

  it.each([
    ["forget", "a session that timed out", { classifyClose: () => "forget" as const }, 4009],
    ["nothing", "INVALID_SEQ", {}, 4000],
  ])(
    "classifyClose answers %s to %s: it resumes from nowhere, and the channel is told lost",
    async (_, reason, options, code) => {
      const { one, all } = await closedBy(options, code, reason);
      await comesBack(one);
      expect(frameOf(one.socket().sent[0])).toEqual({ by: {} });
      expect(all.continuity).toMatchObject([{ result: "lost", reason }]);
      // A new stream may count anew.
      one.socket().receive('{"id":"7","d":"another 7"}');
      expect(all.data()).toEqual([1, "another 7"]);
    },
  );

  it("a server that refuses a resume from nowhere too is failed INVALID_SEQ, not asked for ever", async () => {
    const { one } = await closedBy({}, 4000, "INVALID_SEQ");
    await comesBack(one);
    one.socket().close(4000, "INVALID_SEQ");
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({
      name: "failed",
      code: "INVALID_SEQ",
      recovery: { kind: "manual" },
    });
  });

  it("4000 with another reason is only a close", async () => {
    const { one, all } = await closedBy({}, 4000, "try again");
    await comesBack(one);
    expect(frameOf(one.socket().sent[0])).toMatchObject({ from: "7" });
    expect(all.continuity).toEqual([]);
  });
});

describe("functions of the app that throw in plain mode (fault 44)", () => {
  const boom = (): never => {
    throw new Error("boom");
  };
  const alive = async (options: Parameters<typeof plainProtocol>[0]) => {
    const one = plain({ ...own, ...options });
    const all = one.tab.watch("default");
    await opened(one);
    one.socket().receive('{"id":"1","d":1}');
    await one.settle();
    expect(one.tab.state.get().name).toBe("connected");
    expect(one.tab.record.errors.map(({ code }) => code)).toContain("HANDLER_THREW");
    return { one, all };
  };

  it.each(["parse", "isAck", "isPong"] as const)(
    "%s: reported, that frame is dropped, the place stands",
    async (hook) => {
      const { one, all } = await alive({ [hook]: boom });
      expect(all.messages).toEqual([]);
      one.socket().cut();
      await comesBack(one);
      expect(frameOf(one.socket().sent[0])).toEqual({ by: {} });
    },
  );

  it("parse of one frame in the middle: the others arrive", async () => {
    const one = plain({ parse: (raw) => (raw === "bad" ? boom() : { data: raw }) });
    const all = one.tab.watch("default");
    const counted: string[] = [];
    one.tab.on("anomaly", ({ kind }) => counted.push(kind));
    await opened(one);
    for (const text of ["a", "bad", "b"]) one.socket().receive(text);
    expect(all.data()).toEqual(["a", "b"]);
    expect(counted).toEqual(["invalid_frame"]);
  });

  it("cursorOf: the message is delivered, the place stands", async () => {
    const { all } = await alive({ cursorOf: boom });
    expect(all.data()).toEqual([1]);
  });

  it("resumeFrame: nothing is asked for, the queue flows, a break is told lost", async () => {
    const { one, all } = await alive({ resumeFrame: boom });
    one.tab.send("flows");
    await one.settle();
    expect(one.socket().sent).toHaveLength(1);
    one.socket().cut();
    await comesBack(one);
    expect(all.continuity).toMatchObject([{ result: "lost", reason: "not_resumed" }]);
  });

  it("classifyClose: the usual table decides", async () => {
    const one = plain({ classifyClose: boom });
    await opened(one);
    one.socket().close(4501);
    await one.settle();
    expect(one.tab.state.get()).toMatchObject({ code: "UNAUTHORISED" });
    expect(one.tab.record.errors.map(({ code }) => code)).toContain("HANDLER_THREW");
  });

  it("ping: reported, and a socket that cannot be asked is replaced when it stays silent", async () => {
    const one = plain({ ping: boom });
    await opened(one);
    await one.world.advance(25_010);
    expect(one.tab.record.errors.map(({ code }) => code)).toContain("HANDLER_THREW");
    expect(one.tab.state.get().name).toBe("connected");
    await one.world.advance(12_000);
    expect(one.tab.sockets()).toHaveLength(2);
  });
});

describe("what keeps a plain connection alive", () => {
  it("keeps an idle connection busy below the timeout of a balancer (fault 2)", async () => {
    const one = plain(
      { ping: () => "PING", isPong: (raw) => raw === "PONG" },
      { heartbeat: { intervalMs: 20_000 } },
    );
    await opened(one);
    for (let minute = 0; minute < 20; minute++) {
      const before = one.socket().sent.length;
      await one.world.advance(21_000);
      expect(one.socket().sent.length).toBeGreaterThan(before);
      one.socket().receive("PONG");
    }
    expect(one.tab.sockets()).toHaveLength(1);
  });

  it("closes a half-open socket with 4007 after interval and timeout (fault 1)", async () => {
    const one = plain({ ping: () => "PING" }, { heartbeat: { intervalMs: 5_000, timeoutMs: 1_000 } });
    await opened(one);
    await one.world.advance(6_010);
    expect(one.tab.state.get()).toMatchObject({
      reason: "heartbeat",
      lastError: { code: "HEARTBEAT_TIMEOUT" },
    });
  });

  it("opens its breaker after 8 failures and a minute, then probes once in half a minute (fault 18)", async () => {
    const one = plain();
    one.tab.connect();
    for (let i = 0; i < 200 && one.tab.state.get().name !== "failed"; i++) {
      if (one.socket().state() === "connecting") one.socket().close(1006);
      await one.world.advance(1_000);
    }
    expect(one.tab.state.get()).toMatchObject({ name: "reconnecting", reason: "breaker" });
    const before = one.tab.sockets().length;
    for (let i = 0; i < 90; i++) {
      if (one.socket().state() === "connecting") one.socket().close(1006);
      await one.world.advance(1_000);
    }
    expect(one.tab.sockets().length - before).toBeLessThanOrEqual(6);
  });
});
