import type { OutboxStorageFeature } from "../client/outbox/keeper.ts";
import { keptIn } from "../client/outbox/keptIn.ts";
import type { Ports } from "../core/ports.ts";
import type { ServerSocket, ServerSocketEvents } from "../server/serverSocket.ts";
import { loadPage, type LoadedPage, type PageWorld } from "./loadPage.ts";
import { createNetwork, type Network, type WorldSocket } from "./network.ts";
import { createProfile, createTabMemory, type Profile } from "./outboxStorage.ts";
import { createOrigin } from "./origin.ts";
import type { Page } from "./page.ts";
import { seededDice, type SeededDice } from "./seededDice.ts";
import { createServers, type Servers, type ServersOptions } from "./servers.ts";
import type { WorldServerOptions } from "./serverNode.ts";
import { virtualClock } from "./virtualClock.ts";
import { realTime, type WorldTime } from "./worldTime.ts";

/** Time and distance of the far end. */
export interface TestPeerOptions {
  /**
   * `virtual` (default): nothing happens unless `advance` lets it. `real`: time passes by itself, on the timers of the runtime or the
   * fake ones that a test has installed.
   */
  readonly time?: "virtual" | "real" | undefined;
  /** One way, in ms. Default 5. */
  readonly latencyMs?: number | undefined;
}

/** A test socket whose far end is this package's server. */
export interface TestSocketOptions extends TestPeerOptions, Pick<ServersOptions, "store"> {
  /** The server's options: `authenticate`, `authorize`, `onMessage` … Without them everybody is let in and may do everything. */
  readonly server?: WorldServerOptions | undefined;
}

/** A test socket whose far end is a server of your own protocol. */
export interface PlainTestSocketOptions extends TestPeerOptions {
  /** A server of your own protocol: is given each socket and hears what it says. For clients with `plainProtocol()`. */
  readonly serve: (socket: ServerSocket) => ServerSocketEvents;
}

/** A page with a client in it, as the world around sees it. */
export interface TestPage {
  /** `<ResilientSocketProvider ports={…}>`, `createResilientClient({ ports })`. */
  readonly ports: Ports;
  /** What a browser does to a page: `hide`, `show`, `freeze`, `hint("offline")` … */
  readonly page: Page;
  /** In place of `indexedDB()`: `outbox={{ storage: … }}`. */
  readonly storage: OutboxStorageFeature;
  /** What its browser stores, and what goes wrong with that: `fail("quota")`, `wipe()` … */
  readonly profile: Omit<Profile, "storage">;
}

/** Whose browser or tab the page is opened in. */
export interface OpenPageOptions {
  /** A second tab in the browser of this page. Default: a browser of its own. */
  readonly beside?: TestPage | undefined;
  /** The next page in the tab of this one, which is gone without a word: a reload, a crash. */
  readonly after?: TestPage | undefined;
}

/** The far end of a connection, the network in between, and the time they live in. */
export interface TestPeer extends TestPage {
  /** Another page: somebody else's, a second tab, or what comes after this one. */
  readonly openPage: (options?: OpenPageOptions) => TestPage;
  /** Cuts, stalls, refuses, slows down. */
  readonly network: Pick<Network, "cut" | "stall" | "resume" | "shape" | "refuse" | "live">;
  /** Every socket ever opened; a test may say anything through them. */
  readonly sockets: readonly WorldSocket[];
  /** Lets time pass. In React: `await act(() => peer.advance(100))`. */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets time pass until the condition holds; false when it did not within `withinMs` (default 60 000). */
  readonly until: (condition: () => boolean, withinMs?: number) => Promise<boolean>;
  /** Ends the servers; afterwards nothing answers. */
  readonly close: () => Promise<void>;
}

/** A message of a client, as the server stored it. */
export interface StoredMessage {
  readonly channel: string;
  readonly data: unknown;
  /** The idempotency key. */
  readonly id: string;
  /** Who sent it. */
  readonly subject: string;
}

/** A peer that speaks `resilient.v1`: our server, on a store in memory. */
export interface TestSocket extends TestPeer, Omit<Servers, "closeServers"> {
  /** What clients sent and the server stored, in order. */
  readonly received: () => readonly StoredMessage[];
  /** The server speaks. */
  readonly publish: (channel: string, payload: unknown) => Promise<void>;
  /** The server dies as soon as it has stored so many more messages of clients, before it can say so. `startServer` brings it back. */
  readonly crashServerAfter: (messages: number) => void;
}

/** Where a page lives. */
interface Place extends Pick<PageWorld, "origin" | "profile" | "memory">, Pick<LoadedPage, "end"> {}

interface PeerWorld {
  readonly peer: Omit<TestPeer, "close"> & {
    /** Nothing of its pages runs any more; nor anything else, once the servers are closed. */
    readonly close: (closeServers?: () => Promise<void>) => Promise<void>;
  };
  readonly clock: WorldTime;
  readonly network: Network;
  readonly dice: SeededDice;
}

const createPeer = ({ time = "virtual", latencyMs = 5 }: TestPeerOptions): PeerWorld => {
  const clock = time === "real" ? realTime() : { ...virtualClock(), stop: () => undefined };
  const dice = seededDice(1);
  const network = createNetwork({
    clock,
    dice: dice.fork("network"),
    link: { latencyMs, jitterMs: 0 },
    scripted: false,
  });
  const places = new Map<Ports, Place>();

  const openPage: TestPeer["openPage"] = ({ beside, after } = {}) => {
    const before = after && places.get(after.ports);
    const { origin, profile } = before ??
      (beside && places.get(beside.ports)) ?? { origin: createOrigin(clock), profile: createProfile(clock) };
    const memory = before?.memory ?? createTabMemory();
    before?.end(0);
    const world = { clock, network, dice, origin, profile, memory };
    const { end, storage, ports, page } = loadPage(`page ${places.size + 1}`, world);
    places.set(ports, { origin, profile, memory, end });
    return { ports, page, storage: keptIn(storage), profile };
  };

  const peer = {
    ...openPage(),
    openPage,
    network,
    sockets: network.sockets,
    advance: clock.advance,
    until: clock.runUntil,
  };
  const close = async (closeServers = async (): Promise<void> => undefined): Promise<void> => {
    for (const { end } of places.values()) end(0);
    await closeServers();
    clock.stop();
  };
  return { peer: { ...peer, close }, clock, network, dice };
};

const servePlainly = ({ serve, ...options }: PlainTestSocketOptions): TestPeer => {
  const { peer, network } = createPeer(options);
  network.listen([{ accept: serve, run: (task) => task() }]);
  return { ...peer, close: () => peer.close() };
};

const serveResilient = (options: TestSocketOptions): TestSocket => {
  const { peer, clock, network, dice } = createPeer(options);
  const { closeServers, ...servers } = createServers({ ...options, clock, network, dice });
  const received: StoredMessage[] = [];
  servers.store.onCommit((events) => {
    for (const { channel, d, id = "", subject, p } of events)
      if (p !== undefined && subject !== undefined)
        received.push({ channel, data: JSON.parse(d), id, subject });
  });
  return {
    ...peer,
    ...servers,
    received: () => [...received],
    publish: async (channel, payload) => void (await servers.server().publish(channel, payload)),
    crashServerAfter: (messages) => {
      const last = received.length + messages;
      const forget = servers.store.onCommit(() => {
        if (received.length < last) return;
        forget();
        servers.crashServer();
      });
    },
    close: () => peer.close(closeServers),
  };
};

/**
 * The far end for a test of your app: hand its `ports` to a provider or a client, then say what goes wrong. With `serve` it speaks the
 * protocol of your own server.
 */
export function createTestSocket(options: PlainTestSocketOptions): TestPeer;
export function createTestSocket(options?: TestSocketOptions): TestSocket;
export function createTestSocket(options: TestSocketOptions | PlainTestSocketOptions = {}): TestPeer {
  return "serve" in options ? servePlainly(options) : serveResilient(options);
}
