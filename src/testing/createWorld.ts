import type { ServerCore } from "../server/createServerCore.ts";
import { memoryStore, type MemoryStore, type MemoryStoreOptions } from "../server/store/memoryStore.ts";
import type { FaultyStore } from "./faultyStore.ts";
import { lossyFanOut } from "./lossyFanOut.ts";
import { createNetwork, type Network, type NetworkOptions, type WorldSocket } from "./network.ts";
import { seededDice, type SeededDice } from "./seededDice.ts";
import { createServerNode, type WorldServerOptions } from "./serverNode.ts";
import { type Browser, createBrowser } from "./browser.ts";
import type { Tab, TabOptions } from "./tab.ts";
import { virtualClock, type VirtualClock, type VirtualClockOptions } from "./virtualClock.ts";

export interface WorldOptions {
  /** The same seed gives the same history. Default 1. */
  readonly seed?: number | string | undefined;
  /** One way, in ms. Default 5. */
  readonly latencyMs?: number | undefined;
  /** Extra per message, uniform, in ms; order is kept. Default 0. */
  readonly jitterMs?: number | undefined;
  /** False: no server; the test plays it through `world.sockets`. */
  readonly server?: WorldServerOptions | false | undefined;
  /** Processes that share the store; each connection goes to one of them. Default 1. */
  readonly nodes?: number | undefined;
  /** Share of fan-out messages that a node never gets, 0 … 1. Default 0. */
  readonly fanOutLoss?: number | undefined;
  readonly store?: Omit<MemoryStoreOptions, "ports"> | undefined;
  readonly clock?: VirtualClockOptions | undefined;
  /** Hears every WebSocket message a page sends or is given: `console.log` while you look for something. */
  readonly onWire?: NetworkOptions["onWire"];
}

/** The store of the world's servers: takes time and fails when told; goes back to an earlier state when told. */
export interface WorldStore
  extends
    Pick<FaultyStore, "pace" | "fail" | "onCommit" | "head" | "read" | "positions">,
    Pick<MemoryStore, "checkpoint" | "restore" | "wipe" | "trim" | "expire"> {}

export interface CrashOptions {
  /** False: what was on its way to the store still commits, unheard. Default true: it is lost. */
  readonly loseUncommitted?: boolean;
  /** Which process, from 0. Default: all. */
  readonly node?: number;
}

export interface World {
  readonly clock: VirtualClock;
  readonly dice: SeededDice;
  readonly network: Network;
  /** Every socket ever opened, of all tabs. */
  readonly sockets: readonly WorldSocket[];
  readonly tabs: readonly Tab[];
  readonly store: WorldStore;
  /** The first server that runs, or the one of that index among those that run; throws when there is none. */
  readonly server: (
    index?: number,
  ) => Pick<ServerCore, "publish" | "metrics" | "accept" | "drain" | "revoke" | "isReady">;
  readonly isUp: () => boolean;
  /** A client in a page of a browser of its own, with a connection of its own unless `tabs` says otherwise; inert until it is used. */
  readonly openTab: (options?: TabOptions) => Tab;
  /** A browser whose tabs share an origin. */
  readonly openBrowser: () => Browser;
  /** Lets time pass. */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets time pass until the condition holds; false when it did not within `withinMs` (default 60 000). */
  readonly runUntil: (condition: () => boolean, withinMs?: number) => Promise<boolean>;
  /** kill -9: its connections are reset. */
  readonly crashServer: (options?: CrashOptions) => void;
  /** Starts what does not run, on the same store; its options change when given. */
  readonly startServer: (options?: WorldServerOptions) => void;
  /** A crash and a start. */
  readonly restartServer: (options?: CrashOptions) => void;
  /** Stops every process without a word (SIGSTOP); `thawServer` lets them go on. */
  readonly freezeServer: () => void;
  readonly thawServer: () => void;
  /** Disposes of the tabs and closes the servers. */
  readonly close: () => Promise<void>;
}

/** Pages, a network and a server in a time of their own: nothing happens unless `advance` lets it. */
export const createWorld = (options: WorldOptions = {}): World => {
  const { seed = 1, latencyMs = 5, jitterMs = 0, server = {}, fanOutLoss = 0 } = options;
  const dice = seededDice(seed);
  const clock = virtualClock(options.clock);
  const network = createNetwork({
    clock,
    dice: dice.fork("network"),
    link: { latencyMs, jitterMs },
    scripted: server === false,
    onWire: options.onWire,
  });
  const log = memoryStore({ ...options.store, ports: { clock, dice: dice.fork("store") } });
  const fanOut = lossyFanOut(dice.fork("fan-out"), () => fanOutLoss);
  const nodes = Array.from({ length: server === false ? 0 : (options.nodes ?? 1) }, (_, i) =>
    createServerNode({ clock, network, log, fanOut, dice: dice.fork(`server ${i}`) }),
  );
  const tabs: Tab[] = [];
  let settings: WorldServerOptions = server === false ? {} : server;
  const up = () => nodes.flatMap((node) => node.running() ?? []);
  const listen = (): void => network.listen(up().map(({ listener }) => listener));

  const startServer = (change: WorldServerOptions = {}): void => {
    settings = { ...settings, ...change };
    for (const node of nodes) node.start(settings);
    listen();
  };
  const crashServer = ({ node, ...how }: CrashOptions = {}): void => {
    for (const one of node === undefined ? nodes : nodes.slice(node, node + 1)) one.crash(how);
    listen();
  };

  const openBrowser = (): Browser =>
    createBrowser({
      clock,
      network,
      dice,
      nextName: () => `tab ${tabs.length + 1}`,
      opened: (tab) => tabs.push(tab),
    });

  startServer();
  return {
    clock,
    dice,
    network,
    sockets: network.sockets,
    tabs,
    store: {
      ...log,
      pace: (pace) => nodes.forEach(({ store }) => store.pace(pace)),
      fail: (failure) => nodes.forEach(({ store }) => store.fail(failure)),
      onCommit: (hear) => {
        const removals = nodes.map(({ store }) => store.onCommit(hear));
        return () => removals.forEach((remove) => remove());
      },
    },
    server: (index = 0) => {
      const node = up()[index];
      if (!node) throw new Error("no such server runs in this world");
      return node.server;
    },
    isUp: () => up().length > 0,
    openTab: (tabOptions) => openBrowser().openTab({ tabs: { election: "solo" }, ...tabOptions }),
    openBrowser,
    advance: clock.advance,
    runUntil: clock.runUntil,
    crashServer,
    startServer,
    restartServer: (how) => {
      crashServer(how);
      startServer();
    },
    freezeServer: () => up().forEach(({ process }) => process.freeze()),
    thawServer: () => up().forEach(({ process }) => process.thaw()),
    close: async () => {
      await Promise.all(tabs.map((tab) => tab.dispose()));
      const closing = up().map(({ server: one }) => one.close());
      await clock.settle();
      await Promise.all(closing);
    },
  };
};
