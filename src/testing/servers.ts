import type { Clock } from "../core/ports.ts";
import type { ServerCore } from "../server/createServerCore.ts";
import { memoryStore, type MemoryStore, type MemoryStoreOptions } from "../server/store/memoryStore.ts";
import type { FaultyStore } from "./faultyStore.ts";
import { lossyFanOut } from "./lossyFanOut.ts";
import type { Network } from "./network.ts";
import type { SeededDice } from "./seededDice.ts";
import { createServerNode, type WorldServerOptions } from "./serverNode.ts";
import type { WorldTime } from "./worldTime.ts";

/** What the servers of a world are made of. */
export interface ServersOptions {
  /** Its own time, the network it listens on, and dice. */
  readonly clock: Clock & Pick<WorldTime, "device" | "settle">;
  readonly network: Pick<Network, "listen" | "serverLost">;
  readonly dice: SeededDice;
  /** False: no server; the test plays it through the sockets. */
  readonly server?: WorldServerOptions | false | undefined;
  /** Processes that share the store; each connection goes to one of them. Default 1. */
  readonly nodes?: number | undefined;
  /** Share of fan-out messages that a node never gets, 0 … 1; a function is asked each time. Default 0. */
  readonly fanOutLoss?: number | (() => number) | undefined;
  readonly store?: Omit<MemoryStoreOptions, "ports"> | undefined;
}

/** The store of the world's servers: takes time and fails when told; goes back to an earlier state when told. */
export interface WorldStore
  extends
    Pick<FaultyStore, "pace" | "hold" | "fail" | "onCommit" | "head" | "read" | "positions">,
    Pick<MemoryStore, "checkpoint" | "restore" | "wipe" | "trim" | "expire"> {}

/** How a server process dies. */
export interface CrashOptions {
  /** False: what was on its way to the store still commits, unheard. Default true: it is lost. */
  readonly loseUncommitted?: boolean;
  /** Which process, from 0. Default: all. */
  readonly node?: number;
}

/** The server processes of a world and the store they share. */
export interface Servers {
  readonly store: WorldStore;
  /** The first server that runs, or the one of that index among those that run; throws when there is none. */
  readonly server: (
    index?: number,
  ) => Pick<ServerCore, "publish" | "metrics" | "accept" | "drain" | "revoke" | "isReady">;
  readonly isUp: () => boolean;
  /** kill -9: its connections are reset. */
  readonly crashServer: (options?: CrashOptions) => void;
  /** Starts what does not run, on the same store; its options change when given. */
  readonly startServer: (options?: WorldServerOptions) => void;
  /** A crash and a start. */
  readonly restartServer: (options?: CrashOptions) => void;
  /** Stops every process without a word (SIGSTOP); `thawServer` lets them go on. */
  readonly freezeServer: () => void;
  readonly thawServer: () => void;
  readonly closeServers: () => Promise<void>;
}

/** Processes of our server that share a store. They run. */
export const createServers = (world: ServersOptions): Servers => {
  const { clock, network, dice, server = {}, fanOutLoss = 0 } = world;
  const log = memoryStore({ ...world.store, ports: { clock, dice: dice.fork("store") } });
  const fanOut = lossyFanOut(
    dice.fork("fan-out"),
    typeof fanOutLoss === "function" ? fanOutLoss : () => fanOutLoss,
  );
  const nodes = Array.from({ length: server === false ? 0 : (world.nodes ?? 1) }, (_, i) =>
    createServerNode({ clock, network, log, fanOut, dice: dice.fork(`server ${i}`) }),
  );
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
  const undoAll = (undo: readonly (() => void)[]) => () => undo.forEach((one) => one());

  startServer();
  return {
    store: {
      ...log,
      pace: (pace) => nodes.forEach(({ store }) => store.pace(pace)),
      hold: () => undoAll(nodes.map(({ store }) => store.hold())),
      fail: (failure) => nodes.forEach(({ store }) => store.fail(failure)),
      onCommit: (hear) => undoAll(nodes.map(({ store }) => store.onCommit(hear))),
    },
    server: (index = 0) => {
      const node = up()[index];
      if (!node) throw new Error("no such server runs in this world");
      return node.server;
    },
    isUp: () => up().length > 0,
    crashServer,
    startServer,
    restartServer: (how) => {
      crashServer(how);
      startServer();
    },
    freezeServer: () => up().forEach(({ process }) => process.freeze()),
    thawServer: () => up().forEach(({ process }) => process.thaw()),
    closeServers: async () => {
      const closing = up().map(({ server: one }) => one.close());
      await clock.settle();
      await Promise.all(closing);
    },
  };
};
