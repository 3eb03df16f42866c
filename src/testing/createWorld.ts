import { createServerCore, type ServerCore } from "../server/createServerCore.ts";
import type { ResilientServerOptions } from "../server/options.ts";
import { memoryStore, type MemoryStore, type MemoryStoreOptions } from "../server/store/memoryStore.ts";
import type { DeviceClock } from "./deviceClock.ts";
import { faultyStore, type FaultyStore } from "./faultyStore.ts";
import { createNetwork, type Network, type NetworkOptions, type WorldSocket } from "./network.ts";
import { seededDice, type SeededDice } from "./seededDice.ts";
import { createTab, type Tab, type TabOptions } from "./tab.ts";
import { virtualClock, type VirtualClock, type VirtualClockOptions } from "./virtualClock.ts";

/** The server's options; who signs in is called by the token, or `"anyone"` without one. */
export type WorldServerOptions = Omit<Partial<ResilientServerOptions>, "store" | "ports">;

export interface WorldOptions {
  /** The same seed gives the same history. Default 1. */
  readonly seed?: number | string | undefined;
  /** One way, in ms. Default 5. */
  readonly latencyMs?: number | undefined;
  /** Extra per message, uniform, in ms; order is kept. Default 0. */
  readonly jitterMs?: number | undefined;
  /** False: no server; the test plays it through `world.sockets`. */
  readonly server?: WorldServerOptions | false | undefined;
  readonly store?: Omit<MemoryStoreOptions, "ports"> | undefined;
  readonly clock?: VirtualClockOptions | undefined;
  /** Hears every WebSocket message a page sends or is given: `console.log` while you look for something. */
  readonly onWire?: NetworkOptions["onWire"];
}

/** The store of the world's server: takes time and fails when told; goes back to an earlier state when told. */
export interface WorldStore
  extends FaultyStore, Pick<MemoryStore, "checkpoint" | "restore" | "wipe" | "trim" | "expire"> {}

export interface World {
  readonly clock: VirtualClock;
  readonly dice: SeededDice;
  readonly network: Network;
  /** Every socket ever opened, of all tabs. */
  readonly sockets: readonly WorldSocket[];
  readonly tabs: readonly Tab[];
  readonly store: WorldStore;
  /** The server that runs now; throws when none does. */
  readonly server: () => Pick<ServerCore, "publish" | "metrics" | "accept">;
  readonly isUp: () => boolean;
  /** A client in a page of its own; inert until it is used. */
  readonly openTab: (options?: TabOptions) => Tab;
  /** Lets time pass. */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets time pass until the condition holds; false when it did not within `withinMs` (default 60 000). */
  readonly runUntil: (condition: () => boolean, withinMs?: number) => Promise<boolean>;
  /** kill -9: its connections are reset; what it had not committed is lost, or (`loseUncommitted: false`) commits unheard. */
  readonly crashServer: (options?: { readonly loseUncommitted?: boolean }) => void;
  /** Starts a server on the same store; its options change when given. No-op while one runs. */
  readonly startServer: (options?: WorldServerOptions) => void;
  /** A crash and a start. */
  readonly restartServer: (options?: { readonly loseUncommitted?: boolean }) => void;
  /** Stops the server's process without a word (SIGSTOP); `thawServer` lets it go on. */
  readonly freezeServer: () => void;
  readonly thawServer: () => void;
  /** Disposes of the tabs and closes the server. */
  readonly close: () => Promise<void>;
}

const allowAll: WorldServerOptions = { authenticate: (token) => ({ subject: token ?? "anyone" }) };

/** Pages, a network and a server in a time of their own: nothing happens unless `advance` lets it. */
export const createWorld = (options: WorldOptions = {}): World => {
  const { seed = 1, latencyMs = 5, jitterMs = 0, server: serverOptions = {} } = options;
  const dice = seededDice(seed);
  const clock = virtualClock(options.clock);
  const network = createNetwork({
    clock,
    dice: dice.fork("network"),
    link: { latencyMs, jitterMs },
    scripted: serverOptions === false,
    onWire: options.onWire,
  });
  const memory = memoryStore({ ...options.store, ports: { clock, dice: dice.fork("store") } });
  const store: WorldStore = { ...memory, ...faultyStore(memory, clock) };
  const tabs: Tab[] = [];
  let settings: WorldServerOptions = { ...allowAll, ...serverOptions };
  let starts = 0;
  let running: { readonly server: ServerCore; readonly process: DeviceClock } | null = null;

  const startServer = (change: WorldServerOptions = {}): void => {
    settings = { ...settings, ...change };
    if (running || serverOptions === false) return;
    const process = clock.device();
    const server = createServerCore({
      ...settings,
      authenticate: settings.authenticate!,
      store,
      // Equal payloads have equal texts: no hash is needed where nothing is kept for long.
      hashPayload: (payload) => JSON.stringify(payload) ?? "",
      ports: { clock: process, dice: dice.fork(`server ${++starts}`) },
    });
    running = { server, process };
    const request = { url: "/ws", headers: {}, remoteAddress: "127.0.0.1" };
    network.listen({ run: process.run, accept: (socket) => server.accept(socket, request) });
  };

  const crashServer = (how: { readonly loseUncommitted?: boolean } = {}): void => {
    running?.process.stop();
    running = null;
    store.crash(how);
    network.listen(null);
    network.serverLost();
  };

  startServer();
  return {
    clock,
    dice,
    network,
    sockets: network.sockets,
    tabs,
    store,
    server: () => {
      if (!running) throw new Error("no server runs in this world");
      return running.server;
    },
    isUp: () => running !== null,
    openTab: (tabOptions = {}) => {
      const tab = createTab(`tab ${tabs.length + 1}`, { clock, network, dice }, tabOptions);
      tabs.push(tab);
      return tab;
    },
    advance: clock.advance,
    runUntil: clock.runUntil,
    crashServer,
    startServer,
    restartServer: (how) => {
      crashServer(how);
      startServer();
    },
    freezeServer: () => running?.process.freeze(),
    thawServer: () => running?.process.thaw(),
    close: async () => {
      await Promise.all(tabs.map((tab) => tab.dispose()));
      const closing = running?.server.close();
      running = null;
      await clock.settle();
      await closing;
    },
  };
};
