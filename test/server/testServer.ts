import type { Dice } from "../../src/core/ports.ts";
import type { ClientFrame, FrameOf, PubItem, ServerFrame } from "../../src/protocol/frames.ts";
import { createResilientServer } from "../../src/server/createResilientServer.ts";
import type { ResilientServerOptions } from "../../src/server/options.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { virtualClock } from "../../src/testing/virtualClock.ts";

const countingDice = (): Dice => {
  let rolls = 0;
  return {
    roll: () => (++rolls * 0.618_033_988_749_895) % 1,
    uuid: () => `00000000-0000-4000-8000-${String(++rolls).padStart(12, "0")}`,
  };
};

/** A server in a world that moves only when told, and peers that say exactly what a test writes. */
export function createTestServer(options: Partial<ResilientServerOptions> = {}) {
  const clock = virtualClock();
  const ports = { clock, dice: countingDice() };
  const store = memoryStore({ ports });
  const logged: string[] = [];
  const server = createResilientServer({
    store,
    authenticate: (token) => ({ subject: token ?? "ann" }),
    ports,
    logger: (level, code) => void logged.push(`${level} ${code}`),
    ...options,
  });

  function connect({ address = "10.0.0.1" } = {}) {
    const received: ServerFrame[] = [];
    const messages: string[] = [];
    const state: { closed?: { code: number; reason: string }; terminated: boolean; buffered: number } = {
      terminated: false,
      buffered: 0,
    };
    const events = server.accept(
      {
        send: (text) => {
          messages.push(text);
          const parsed = JSON.parse(text) as ServerFrame | ServerFrame[];
          received.push(...(Array.isArray(parsed) ? parsed : [parsed]));
        },
        close: (code, reason) => {
          state.closed ??= { code, reason };
        },
        terminate: () => {
          state.terminated = true;
        },
        bufferedBytes: () => state.buffered,
      },
      { url: "/ws", headers: {}, remoteAddress: address },
    );
    const peer = {
      received,
      messages,
      state,
      events,
      raw: async (data: string | Uint8Array) => {
        events.received(data);
        await clock.settle();
      },
      send: (...frames: readonly ClientFrame[]) =>
        peer.raw(JSON.stringify(frames.length === 1 ? frames[0] : frames)),
      all: <T extends ServerFrame["t"]>(type: T) =>
        received.filter((frame): frame is FrameOf<T, ServerFrame> => frame.t === type),
      last: <T extends ServerFrame["t"]>(type: T) => peer.all(type).at(-1),
      auth: (token: string | null = null, more: Partial<FrameOf<"auth", ClientFrame>> = {}) =>
        peer.send({ t: "auth", token, group: `group-of-${token}-${peers++}`, term: 1, ...more }),
      resume: (
        channels: FrameOf<"resume", ClientFrame>["channels"] = [],
        producers: FrameOf<"resume", ClientFrame>["producers"] = [],
      ) => peer.send({ t: "resume", channels, producers }),
      pub: (n: number, items: readonly unknown[], more: Partial<FrameOf<"pub", ClientFrame>> = {}) =>
        peer.send({
          t: "pub",
          c: "room",
          p: "p1",
          n,
          acked: 0,
          m: items.map((item, i) =>
            typeof item === "object" && item !== null && "id" in item
              ? (item as PubItem)
              : { id: `m${n + i}`, d: item },
          ),
          ...more,
        }),
      drop: async () => {
        events.closed();
        await clock.settle();
      },
      /** Payloads seen live or replayed, in order. */
      seen: () => received.flatMap((f) => (f.t === "data" || f.t === "delta" ? f.ev.map((e) => e.d) : [])),
    };
    return peer;
  }
  let peers = 0;

  return {
    server,
    store,
    clock,
    logged,
    connect,
    /** A peer that is logged in and subscribed. */
    join: async (
      channels: FrameOf<"resume", ClientFrame>["channels"] = [{ c: "room", since: "now" }],
      token: string | null = null,
    ) => {
      const peer = connect();
      await peer.auth(token);
      await peer.resume(channels);
      return peer;
    },
    log: async (channel = "room") =>
      (await store.read(channel, 0, 10_000)).events.map(({ d }) => JSON.parse(d) as unknown),
    metric: (name: string) =>
      Number(
        server
          .metrics()
          .split("\n")
          .find((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
          ?.split(" ")[1] ?? NaN,
      ),
  };
}

export type TestPeer = ReturnType<ReturnType<typeof createTestServer>["connect"]>;
