import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutboxOptions } from "../../src/client/options.ts";
import type { Receipt, Settlement } from "../../src/client/receipt.ts";
import { createPageClient } from "../../providers/createPageClient.ts";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import { createWorld } from "../../src/testing/createWorld.ts";
import { accept, connect, scene, type Scene } from "./script.ts";

const byClient = (code: string): Settlement => ({ kind: "rejected", code, by: "client" });
const answer = async (one: Scene, more: object): Promise<void> => {
  const { p, c, n } = one.sent("pub").at(-1) as { p: string; c: string; n: number };
  one.socket().receive({ t: "ack", p, c, n, head: 9, ...more });
  await one.settle();
};
const answered = async (more: object): Promise<Receipt> => {
  const one = scene();
  await connect(one);
  const receipt = one.tab.send(1);
  await one.settle();
  await answer(one, more);
  return receipt;
};

const ways: readonly [string, Settlement, () => Promise<Receipt> | Receipt][] = [
  ["an appended message", { kind: "acked", seq: 9 }, () => answered({ runs: [[1, 9, 1]] })],
  ["one below the verdict window", { kind: "acked", seqAtMost: 9 }, () => answered({})],
  ["a duplicate", { kind: "acked", seq: 4 }, () => answered({ verdicts: [[1, 1, "dup", 4]] })],
  [
    "what the app rejects",
    { kind: "rejected", code: "NO", by: "server" },
    () => answered({ verdicts: [[1, 1, "rejected:NO"]] }),
  ],
  [
    "a conflict",
    { kind: "rejected", code: "CONFLICT", by: "server", current: { seq: 7, tail: "t7" } },
    () => answered({ verdicts: [[1, 1, "rejected:CONFLICT", 7, "t7"]] }),
  ],
  [
    "what nobody can tell any more",
    { kind: "uncertain" },
    () => answered({ verdicts: [[1, 1, "uncertain"]] }),
  ],
  ["a name that is none", byClient("INVALID_NAME"), () => scene().tab.send(1, { channel: "\n" })],
  [
    "a key that is none",
    byClient("INVALID_NAME"),
    () => scene().tab.send(1, { idempotencyKey: "x".repeat(129) }),
  ],
  [
    "an expected that is no place",
    byClient("INVALID_EXPECTED"),
    () => scene().tab.send(1, { expected: { seq: -1, tail: "" } }),
  ],
  [
    "an expected in plain mode",
    byClient("INVALID_EXPECTED"),
    () => scene({ protocol: plainProtocol() }).tab.send(1, { expected: { seq: 1, tail: "t" } }),
  ],
  ["a ttlMs that is no number", byClient("INVALID_OPTION"), () => scene().tab.send(1, { ttlMs: NaN })],
  ["what cannot be sent", byClient("UNSERIALIZABLE"), () => scene().tab.send(() => 1)],
  ["what no frame takes", byClient("TOO_LARGE"), () => scene().tab.send("x".repeat(65_536))],
  ["what finds no room", byClient("QUEUE_FULL"), () => scene({ outbox: { capacity: 0 } }).tab.send(1)],
  [
    "a volatile message without connection",
    byClient("NOT_CONNECTED"),
    () => scene().tab.send(1, { volatile: true }),
  ],
  [
    "a volatile message on a congested socket",
    byClient("CONGESTED"),
    async () => {
      const world = createWorld();
      const tab = world.openTab();
      tab.connect();
      await world.advance(100);
      world.network.stall("up");
      for (let i = 0; i < 9; i++) tab.send("x".repeat(60_000), { volatile: true });
      return tab.send(1, { volatile: true });
    },
  ],
  [
    "after dispose()",
    byClient("DISPOSED"),
    async () => {
      const { tab } = scene();
      await tab.dispose();
      return tab.send(1);
    },
  ],
  [
    "in a server render",
    byClient("SSR"),
    () => createPageClient({ url: "wss://a.test" }).send(1, { idempotencyKey: "k" }),
  ],
  ["a volatile message", { kind: "sent" }, () => connectedSend({ volatile: true })],
  ["a ttlMs of 0", { kind: "expired" }, () => scene().tab.send(1, { ttlMs: 0 })],
  ["an aborted signal", { kind: "aborted" }, () => scene().tab.send(1, { signal: AbortSignal.abort() })],
  [
    "who goes for a newcomer",
    { kind: "evicted" },
    () => {
      const { tab } = scene({ outbox: { capacity: 1, overflow: "evict-oldest" } });
      const first = tab.send(1);
      tab.send(2);
      return first;
    },
  ],
  [
    "in plain mode",
    { kind: "sent" },
    async () => {
      const one = scene({ protocol: plainProtocol() });
      const receipt = one.tab.send(1);
      one.tab.connect();
      one.socket().open();
      await one.settle();
      return receipt;
    },
  ],
];

const connectedSend = async (options: Parameters<Scene["tab"]["send"]>[1]): Promise<Receipt> => {
  const one = scene();
  await connect(one);
  return one.tab.send(1, options);
};

describe("every end of a message", () => {
  it.each(ways)("%s: %j", async (_, settlement, way) => {
    const receipt = await way();
    expect(receipt.status.get()).toEqual(settlement);
    expect(await receipt.settled).toEqual(settlement);
    if (settlement.kind === "acked" || settlement.kind === "sent")
      expect(await receipt.orThrow()).toEqual(settlement);
    else
      await expect(receipt.orThrow()).rejects.toMatchObject({ code: "MESSAGE_NOT_ACKED", cause: settlement });
  });
});

describe("a message that is ended twice at once", () => {
  it.each([
    ["cancelled, then aborted", (one: Scene) => void one.tab.outbox.cancel("k")],
    ["purged, then aborted", (one: Scene) => void one.tab.logout()],
  ])("%s, settles once", async (_, end) => {
    const one = scene();
    const abort = new AbortController();
    one.tab.send(1, { idempotencyKey: "k", signal: abort.signal });
    end(one);
    abort.abort();
    await one.settle();
    expect(one.tab.record.settled).toHaveLength(1);
    expect(one.tab.outbox.state.get()).toMatchObject({ depth: 0, bytes: 0 });
  });
});

const names = ["send", "send", "send", "cancel", "clear", "ack", "reject", "pause", "cut", "pass"] as const;
const acts = fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(1_000)), { minLength: 5, maxLength: 40 });

/** One client, and a server that answers as the numbers fall. */
const play = async (
  told: readonly (readonly [(typeof names)[number], number])[],
  overflow: OutboxOptions["overflow"],
): Promise<void> => {
  const one = scene({ outbox: { capacity: 5, maxBytes: 60, overflow } });
  const receipts: Receipt[] = [];
  await connect(one);
  const pubs = () => one.sent("pub") as unknown as { p: string; c: string; n: number; m: unknown[] }[];
  const check = (): void => {
    const entries = one.tab.outbox.entries.get();
    const held = entries.filter(({ status }) => status !== "waiting");
    const { depth, waiting, bytes, inFlight } = one.tab.outbox.state.get();
    expect({ depth, waiting, bytes, inFlight }).toEqual({
      depth: held.length,
      waiting: entries.length - held.length,
      bytes: held.reduce((sum, entry) => sum + entry.bytes, 0),
      inFlight: held.filter(({ status }) => status === "inFlight").length,
    });
    // What is not settled is in the outbox, and the other way round.
    const open = receipts.filter(({ status }) =>
      ["queued", "inFlight", "waiting"].includes(status.get().kind),
    );
    expect(open.length).toBe(entries.length);
  };
  const act = async (name: (typeof names)[number], dice: number): Promise<unknown> => {
    const last = pubs().at(-1);
    switch (name) {
      case "send":
        return receipts.push(
          one.tab.send("x".repeat(dice % 20), {
            channel: dice % 3 ? "a" : "b",
            idempotencyKey: `k${dice % 50}`,
            ...(dice % 7 === 0 && { guard: () => dice % 2 === 0 }),
          }),
        );
      case "cancel":
        return one.tab.outbox.cancel(`k${dice % 50}`);
      case "clear":
        return dice % 5 === 0 && one.tab.outbox.clear(dice % 2 ? "a" : undefined);
      case "ack":
      case "reject":
        if (!last) return;
        return one.socket().receive({
          ...{ t: "ack", p: last.p, c: last.c, head: 99, n: last.n + (dice % last.m.length) },
          ...(name === "reject" && { verdicts: [[1, 1e6, "rejected:NO"]] }),
        } as never);
      case "pause":
        if (!last) return;
        return one.socket().receive({
          ...{ t: "nack", p: last.p, c: last.c, n: last.n, code: "RATE_LIMITED" },
          ...{ retriable: true, retryAfterMs: dice },
        } as never);
      case "cut":
        one.socket().cut();
        await one.world.runUntil(() => one.tab.state.get().name === "connecting");
        return accept(one);
      case "pass":
        return one.world.advance(dice);
    }
  };
  for (const [name, dice] of told) {
    await act(name, dice);
    check();
    await one.settle();
    check();
  }
  expectContiguous(one);
  await one.tab.dispose();
  check();
  expect(
    receipts.every(({ status }) => one.tab.record.settled.some((end) => end.settlement === status.get())),
  ).toBe(true);
  expect(one.tab.record.settled).toHaveLength(receipts.length);
};

/** On each socket a lane's frames follow each other without a gap, from one behind the watermark, or go back. */
const expectContiguous = (one: Scene): void => {
  for (const socket of one.tab.sockets()) {
    const next = new Map<string, number>();
    for (const frame of socket.frames()) {
      if (frame.t !== "pub" && frame.t !== "skip") continue;
      const [from, to] = frame.t === "pub" ? [frame.n, frame.n + frame.m.length - 1] : [frame.from, frame.to];
      expect(from).toBeLessThanOrEqual(next.get(frame.c) ?? frame.acked + 1);
      expect(from).toBeGreaterThan(frame.acked);
      next.set(frame.c, to + 1);
    }
  }
};

describe.each(["reject", "evict-oldest", "wait"] as const)("an outbox with overflow %s", (overflow) => {
  it(
    "settles every send exactly once and counts right, whatever is sent, cancelled, answered, paused and cut (fault 57, fault 58)",
    { timeout: 30_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(acts, (told) => play(told, overflow)),
        { numRuns: 60 },
      );
    },
  );
});

describe("what a burst costs", () => {
  it("1,000 sends in one task tell the stores once, 1,000 answers in one message once", async () => {
    const one = scene();
    await connect(one);
    let told = 0;
    one.tab.outbox.state.subscribe(() => told++);
    for (let i = 0; i < 1_000; i++) one.tab.send(i);
    await one.settle();
    expect(told).toBe(1);
    told = 0;
    const { p, c } = one.sent("pub")[0] as { p: string; c: string };
    one
      .socket()
      .receive(Array.from({ length: 1_000 }, (_, i) => ({ t: "ack" as const, p, c, n: i + 1, head: i + 1 })));
    await one.settle();
    expect(told).toBe(1);
    expect(one.tab.outbox.state.get().depth).toBe(0);
  });
});
