import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as closeCodes from "../../src/protocol/closeCodes.ts";
import type { ServerFrame } from "../../src/protocol/frames.ts";
import type { ResilientServerOptions } from "../../src/server/options.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { createTestServer, type TestPeer } from "../server/testServer.ts";
import { everyOne, type Scenarios } from "./unions.ts";

/** Codes of the wire: PROTOCOL.md names them, the sources say them, a peer hears them. */
const documented = (): string[] => {
  const prose = readFileSync("PROTOCOL.md", "utf8").replaceAll(/```[\s\S]*?```/g, "");
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
  return spans.flatMap((span) => [...span.matchAll(/\b[A-Z]{3,}(?:_[A-Z]+)*\b/g)].map(([code]) => code));
};
const said = (): string[] =>
  readdirSync("src/server", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [
      ...readFileSync(`src/server/${file}`, "utf8").matchAll(
        /(?:code: |protocolError\(|busy\(|internal\(|fail\()"([A-Z_]+)"|rejected:([A-Z_]+)/g,
      ),
    ])
    .map(([, code, verdict]) => code ?? verdict ?? "");

/** `rejected:CODE` stands for what an app says; the others are the client's own. */
const notSaid = ["CODE", "VERSION_UNSUPPORTED", "INVALID_OPTION"];
const codes = [...new Set([...documented(), ...said()])].filter((code) => !notSaid.includes(code));

const closes = new Set<number>();
/** What one peer was told: codes of errors and nacks, verdicts and replies, reasons of channels. */
const told = ({ received, state }: TestPeer): string[] => {
  if (state.closed) closes.add(state.closed.code);
  return received.flatMap((frame: ServerFrame) => {
    switch (frame.t) {
      case "error":
      case "nack":
        return [frame.code];
      case "subscribed":
        return [frame.reason ?? ""];
      case "ack":
        return [
          ...(frame.verdicts ?? []).map(([, , verdict]) => verdict.replace("rejected:", "")),
          ...(frame.replies ?? []).map(([, reply]) => String(reply)),
        ];
      default:
        return [];
    }
  });
};

type Server = ReturnType<typeof createTestServer>;
/** The last code that one of the peers of this story heard. */
const story =
  (tell: (server: Server) => Promise<TestPeer | undefined>, options: Partial<ResilientServerOptions> = {}) =>
  async (): Promise<unknown> => {
    const server = createTestServer(options);
    const peer = await tell(server);
    await server.clock.settle();
    return peer && told(peer).at(-1);
  };
/** Somebody who has just come says this. */
const stranger = (
  say: (peer: TestPeer, server: Server) => unknown,
  options?: Partial<ResilientServerOptions>,
) =>
  story(async (server) => {
    const peer = server.connect();
    await say(peer, server);
    return peer;
  }, options);
/** Somebody who is logged in and subscribed says this. */
const member = (
  say: (peer: TestPeer, server: Server) => unknown,
  options?: Partial<ResilientServerOptions>,
) =>
  story(async (server) => {
    const peer = await server.join();
    await say(peer, server);
    return peer;
  }, options);

const throwing = (): never => {
  throw new Error("the app failed");
};
const keyed = (id: string, d: unknown) => ({ id, d, key: true });
const nested = (depth: number): unknown => (depth ? [nested(depth - 1)] : 0);

const scenarios: Scenarios = {
  // errors that close
  ADDRESS_LIMIT: story(
    async ({ connect }) => {
      connect();
      return connect();
    },
    { limits: { connectionsPerAddress: 1 } },
  ),
  AUTH_REQUIRED: stranger((peer) => peer.send({ t: "ping" })),
  AUTH_TIMEOUT: stranger((_, { clock }) => clock.advance(10_000)),
  AUTH_UNAVAILABLE: stranger((peer) => peer.auth(), { authenticate: throwing }),
  BINARY: stranger((peer) => peer.raw(new Uint8Array(3))),
  CONNECTION_LIMIT: story(
    async ({ join, connect }) => {
      await join();
      const second = connect();
      await second.auth();
      return second;
    },
    { limits: { connectionsPerSubject: 1 } },
  ),
  DRAINING: stranger((_, { server }) => void server.drain()),
  HEARTBEAT_TIMEOUT: member((_, { clock }) => clock.advance(35_000)),
  INTERNAL: member((peer) => peer.pub(1, ["a"]), {
    store: { ...memoryStore(), positions: async () => undefined as never },
  }),
  INVALID_FRAME: stranger((peer) => peer.raw('{"t":"auth"}')),
  INVALID_SEQ: member((peer) => peer.send({ t: "sub", c: "other", epoch: "e", seq: -1, tail: "" })),
  MALFORMED: stranger((peer) => peer.raw("{")),
  OVERLOADED: story(async ({ connect }) => Array.from({ length: 102 }, () => connect()).at(-1), {
    acceptPerSecond: 1,
    limits: { pendingPerAddress: 1_000 },
  }),
  PRE_AUTH_LIMIT: stranger((peer) => peer.auth("x".repeat(17_000))),
  RATE_LIMITED: member(
    async (peer) => {
      await peer.pub(1, [1, 2]);
      await peer.pub(3, [3], { acked: 2 });
    },
    { limits: { messagesPerSecond: 1, windowMessages: 2 } },
  ),
  RESUME_TWICE: member((peer) => peer.resume()),
  SLOW_CONSUMER: member(async (peer, { server, clock }) => {
    peer.state.buffered = 5 * 1_048_576;
    await server.publish("room", 1);
    await clock.advance(1_000);
  }),
  STORE_UNAVAILABLE: member((peer) => peer.pub(1, ["a"]), {
    store: { ...memoryStore(), append: () => Promise.reject(new Error("the disk is full")) },
  }),
  SUBJECT_CHANGED: member((peer) => peer.auth("somebody else")),
  SUPERSEDED: story(async ({ connect }) => {
    const [old, fresh] = [connect(), connect()];
    await old.auth("ann", { group: "g", term: 1 });
    await fresh.auth("ann", { group: "g", term: 2 });
    return old;
  }),
  TERM_JUMP: story(async ({ connect }) => {
    const [first, leap] = [connect(), connect()];
    await first.auth("ann", { group: "g", term: 1 });
    await leap.auth("ann", { group: "g", term: 1_000_002 });
    return leap;
  }),
  TOKEN_EXPIRED: member((_, { clock }) => clock.advance(60_000), {
    authenticate: () => ({ subject: "ann", expiresAt: 1_893_456_030_000 }),
  }),
  TOO_LARGE: member((peer) => peer.raw(JSON.stringify("x".repeat(70_000)))),
  TOO_MANY_CHANNELS: member((peer) => peer.send({ t: "sub", c: "two", since: "now" }), {
    limits: { maxChannels: 1 },
  }),
  TOO_MANY_PENDING: story(
    async ({ connect }) => {
      connect();
      return connect();
    },
    { limits: { pendingPerAddress: 1 } },
  ),
  TOO_MANY_PRODUCERS: member(async (peer) => {
    const skip = (i: number) => ({ t: "skip", c: "room", p: `p${i}`, from: 1, to: 1, acked: 0 }) as const;
    for (let i = 0; i < 8_000; i += 500)
      await peer.send(...Array.from({ length: 500 }, (_, k) => skip(i + k)));
  }),
  UNAUTHORISED: stranger((peer) => peer.auth(), { authenticate: () => null }),
  UNKNOWN_FRAME: member((peer) => peer.raw('{"t":"sing"}')),
  WINDOW_EXCEEDED: member((peer) => peer.pub(9_999, ["a"])),
  // answers to a read
  DENIED: member((peer) => peer.send({ t: "read", rid: 1, c: "secret", before: 9 }), {
    authorize: ({ channel }) => channel === "room",
  }),
  LOST: member((peer) => peer.send({ t: "read", rid: 1, c: "room", snapshot: true })),
  // nacks
  CLOSED: member(async (peer) => {
    await peer.pub(1, [{ id: "a", d: "a", re: { p: "p0", n: 1 } }]);
    await peer.pub(1, ["a"], { p: "p0" });
  }),
  GAP: member((peer) => peer.pub(2, ["b"])),
  HANDLER_FAILED: member((peer) => peer.pub(1, ["a"]), { onMessage: throwing }),
  ROLLED_BACK: member((peer) => peer.pub(2, ["b"], { acked: 1 })),
  UNKNOWN_PRODUCER: member((peer) => peer.pub(1, ["a"], { old: true })),
  // verdicts
  CONFLICT: member((peer) => peer.pub(1, [{ id: "a", d: "a", expected: { seq: 7, tail: "t7" } }])),
  FORBIDDEN: member((peer) => peer.pub(1, ["a"]), { authorize: ({ action }) => action === "read" }),
  FORBIDDEN_KEY: member((peer) =>
    peer.raw('{"t":"pub","c":"room","p":"p1","n":1,"acked":0,"m":[{"id":"a","d":{"__proto__":1}}]}'),
  ),
  KEY_LIMIT: member((peer) => peer.pub(1, [keyed("k1", 1), keyed("k2", 2)]), {
    store: memoryStore({ keysPerSubject: 1 }),
  }),
  KEY_REUSED: member((peer) => peer.pub(1, [keyed("k", 1), keyed("k", 2)])),
  TOO_DEEP: member((peer) => peer.pub(1, [{ id: "a", d: nested(40) }])),
  TOO_MANY_KEYS: member((peer) => peer.pub(1, [{ id: "a", d: Array(20_000).fill(0) }])),
  // replies
  REPLY_TOO_LARGE: member((peer) => peer.pub(1, ["a"]), {
    onMessage: ({ payload }, { reply }) => {
      reply("x".repeat(2_000));
      return payload;
    },
  }),
};

everyOne("code of the wire", "is heard from a server", codes, scenarios);

it("every close code is used by one of them, but those that PROTOCOL.md calls reserved", () => {
  const prose = readFileSync("PROTOCOL.md", "utf8");
  const reserved = [...(/Reserved: ([^.]*)\./.exec(prose)?.[1] ?? "").matchAll(/\d{4}/g)].map(Number);
  // `bye`, and a refused cursor of `resume` (INVALID_SEQ of a `sub` is the same refusal).
  const used = [...closes, closeCodes.normal, ...reserved];
  expect(Object.entries(closeCodes).filter(([, code]) => !used.includes(code))).toEqual([]);
});
