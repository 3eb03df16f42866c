/** Frames of a well-behaved server, for tests that play it by hand. */
import type { ChannelVerdict, ServerFrame } from "../../src/protocol/frames.ts";
import { createWorld, type World } from "../../src/testing/createWorld.ts";
import type { WorldSocket } from "../../src/testing/network.ts";
import type { Tab, TabOptions } from "../../src/testing/tab.ts";

export const hello: ServerFrame = {
  t: "hello",
  v: 1,
  features: [],
  limits: { maxFrameBytes: 65_536, windowMessages: 1_024, windowBytes: 1_048_576, maxChannels: 1_000 },
  hbMs: 25_000,
  hbTimeoutMs: 10_000,
  guarantees: { ack: "disk", dedupWindowMs: 1, retentionMs: 1 },
};
export const authed: ServerFrame = { t: "authed", subject: "u1", exp: null };
export const welcome = (channels: readonly ChannelVerdict[] = [], spreadMs = 0): ServerFrame => ({
  t: "welcome",
  cid: "c1",
  spreadMs,
  channels,
});
export const live = (c: string, head = 0, tail = ""): ChannelVerdict => ({
  c,
  epoch: "e1",
  head,
  tail,
  status: "live",
});
export const event = (seq: number, d: unknown = seq, prev = `t${seq - 1}`) => ({
  seq,
  tail: `t${seq}`,
  prev,
  lam: seq,
  d,
});
export const data = (c: string, ...ev: ReturnType<typeof event>[]): ServerFrame => ({ t: "data", c, ev });

export interface Scene {
  readonly world: World;
  readonly tab: Tab;
  /** The newest socket. */
  readonly socket: () => WorldSocket;
  /** Lets what is under way arrive. */
  readonly settle: () => Promise<void>;
  /** Frames the newest socket received from the client, of one type. */
  readonly sent: (type: string) => readonly Record<string, unknown>[];
}

export const scene = (options: TabOptions = {}): Scene => {
  const world = createWorld({ server: false, latencyMs: 0 });
  const tab = world.openTab(options);
  const socket = (): WorldSocket => tab.sockets().at(-1)!;
  return {
    world,
    tab,
    socket,
    settle: () => world.advance(1),
    sent: (type) =>
      socket()
        .frames()
        .filter(({ t }) => t === type) as unknown as Record<string, unknown>[],
  };
};

/** Connects and plays the handshake; every channel subscribed so far goes live at its head 0. */
export const connect = async (
  one: Scene,
  verdicts?: readonly ChannelVerdict[],
  spreadMs = 0,
): Promise<void> => {
  one.tab.connect();
  await accept(one, verdicts, spreadMs);
};

/** Plays the server for the newest socket. */
export const accept = async (
  one: Scene,
  verdicts?: readonly ChannelVerdict[],
  spreadMs = 0,
): Promise<void> => {
  one.socket().open();
  await one.settle();
  one.socket().receive(hello);
  await one.settle();
  const [resume] = one.sent("resume") as unknown as {
    channels: { c: string }[];
    producers: { p: string; c: string; acked: number }[];
  }[];
  const channels = verdicts ?? resume!.channels.map(({ c }) => live(c));
  one.socket().receive([authed, welcome(channels, spreadMs)]);
  if (resume!.producers.length)
    one.socket().receive({
      t: "positions",
      producers: resume!.producers.map(({ p, c, acked }) => ({ p, c, n: acked, head: 0 })),
    });
  await one.settle();
};
