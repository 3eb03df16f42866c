import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainProtocol } from "../../src/client/plainProtocol.ts";
import type { Protocol } from "../../src/client/protocol.ts";
import { serverFrames } from "../protocol/serverFrames.ts";
import { authed, hello, live, scene, type Scene, welcome } from "./script.ts";

/** A frame of the catalogue, one of its fields replaced, or removed, or as it is. */
const frame = fc
  .tuple(fc.constantFrom(...serverFrames), fc.nat(), fc.option(fc.jsonValue()), fc.boolean())
  .map(([one, pick, value, asItIs]) => {
    if (asItIs) return one;
    const keys = Object.keys(one);
    const key = keys[pick % keys.length]!;
    const { [key as never]: _gone, ...rest } = one;
    return value === null ? rest : { ...rest, [key]: value };
  });

type Act = (one: Scene) => void;
const acts = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(frame, { minLength: 1, maxLength: 4 }).map(
      (frames): Act =>
        (one) =>
          one.socket()?.receive(JSON.stringify(frames)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: "binary" }).map(
      (text): Act =>
        (one) =>
          one.socket()?.receive(text),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.uint8Array().map(
      (bytes): Act =>
        (one) =>
          one.socket()?.receive(bytes.slice().buffer),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Act>((one) => one.socket()?.open()) },
  {
    weight: 2,
    arbitrary: fc.constant<Act>((one) => {
      one.socket()?.open();
      one.socket()?.receive(hello);
      one.socket()?.receive([authed, welcome([live("room")])]);
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.string({ maxLength: 40 })).map(
      ([code, reason]): Act =>
        (one) =>
          one.socket()?.close(code, reason),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.jsonValue().map(
      (payload): Act =>
        (one) =>
          void one.tab.send(payload, { channel: "room" }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Act[]>(
      (one) => void one.tab.history("room").catch(() => undefined),
      (one) => void one.tab.request(1, { channel: "room", timeoutMs: 500 }).catch(() => undefined),
      (one) => void one.tab.send(1, { channel: "room", volatile: true }),
      (one) => one.tab.watch("room", { since: { last: 5 } }).stop(),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("connect", "reconnect", "disconnect").map(
      (call): Act =>
        (one) =>
          one.tab[call as "connect"](),
    ),
  },
);

const survives = async (
  protocol: (() => Protocol) | undefined,
  script: readonly (readonly [Act, number])[],
) => {
  const one = scene(protocol && { protocol: protocol() });
  const own = new Set(["room", "other"]);
  for (const name of own) one.tab.watch(name);
  one.tab.connect();
  for (const [act, pauseMs] of script) {
    act(one);
    await one.world.advance(pauseMs);
  }
  expect(one.tab.state.get()).not.toMatchObject({ code: "ILLEGAL_TRANSITION" });
  expect(one.tab.record.errors.filter(({ code }) => code === "HANDLER_THREW")).toEqual([]);
  expect(one.world.network.live(one.tab.id).length).toBeLessThanOrEqual(1);
  expect(one.world.sockets.every(({ liveBefore }) => liveBefore === 0)).toBe(true);
  // What a server invents is not kept: the next resume asks for what this side subscribed to.
  if (!protocol)
    for (const asked of one.tab.sockets().flatMap((socket) => socket.frames()))
      if (asked.t === "resume") for (const { c } of asked.channels) expect(own).toContain(c);
  const receipts = one.tab.record.settled.length;
  await one.tab.dispose();
  await one.world.advance(1);
  expect(one.tab.record.settled.length).toBeGreaterThanOrEqual(receipts);
  expect(one.tab.outbox.state.get().depth).toBe(0);
  expect(one.tab.page.clock.timers()).toBe(0);
  expect(one.tab.page.listeners()).toBe(0);
};

const clients: readonly (readonly [string, (() => Protocol) | undefined])[] = [
  ["resilient.v1", undefined],
  ["plain mode", () => plainProtocol()],
  [
    "plain mode with every function",
    () =>
      plainProtocol({
        parse: (raw) =>
          typeof raw === "string" ? [{ data: raw, id: raw, replayed: raw.length > 3 }] : undefined,
        isAck: (raw) => (raw === "[]" ? ["foreign"] : undefined),
        cursorOf: (message) => message?.id,
        resumeFrame: (last) => `from ${last}`,
        ping: () => "ping",
        isPong: (raw) => raw === "pong",
      }),
  ],
];

describe.each(clients)("a client of a server that says anything: %s", (_name, protocol) => {
  it("never throws, never breaks its machine, leaves nothing behind (S28, fault 55, CVE-2026-48109)", async () => {
    const script = fc.array(fc.tuple(acts, fc.constantFrom(0, 1, 1, 50, 3_000, 15_000)), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(script, (moves) => survives(protocol, moves)),
      { numRuns: 250 },
    );
  }, 60_000);
});
