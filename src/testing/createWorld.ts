import { type Browser, createBrowser } from "./browser.ts";
import { createNetwork, type Network, type NetworkOptions, type WorldSocket } from "./network.ts";
import { seededDice, type SeededDice } from "./seededDice.ts";
import type { OriginLacks } from "./origin.ts";
import { createServers, type Servers, type ServersOptions } from "./servers.ts";
import type { Tab, TabOptionsOf } from "./tab.ts";
import { virtualClock, type VirtualClock, type VirtualClockOptions } from "./virtualClock.ts";

/** What a world is like before anything happens in it. */
export interface WorldOptions extends Pick<ServersOptions, "server" | "nodes" | "fanOutLoss" | "store"> {
  /** The same seed gives the same history. Default 1. */
  readonly seed?: number | string | undefined;
  /** One way, in ms. Default 5. */
  readonly latencyMs?: number | undefined;
  /** Extra per message, uniform, in ms; order is kept. Default 0. */
  readonly jitterMs?: number | undefined;
  readonly clock?: VirtualClockOptions | undefined;
  /** Hears every WebSocket message a page sends or is given: `console.log` while you look for something. */
  readonly onWire?: NetworkOptions["onWire"];
  /** Hears every WebSocket message a server is given or says: in the order in which it acts. */
  readonly onServer?: NetworkOptions["onServer"];
}

/** Tabs, servers, a store and a network between them, in one time and with one set of dice. */
export interface World extends Omit<Servers, "closeServers"> {
  readonly clock: VirtualClock;
  readonly dice: SeededDice;
  readonly network: Network;
  /** Every socket ever opened, of all tabs. */
  readonly sockets: readonly WorldSocket[];
  readonly tabs: readonly Tab[];
  /** A client in a page of a browser of its own, with a connection of its own unless `tabs` says otherwise; inert until it is used. */
  readonly openTab: (options?: TabOptionsOf) => Tab;
  /** A browser whose tabs share an origin, which may lack something. */
  readonly openBrowser: (lacks?: OriginLacks) => Browser;
  /** Lets time pass. */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets time pass until the condition holds; false when it did not within `withinMs` (default 60 000). */
  readonly runUntil: (condition: () => boolean, withinMs?: number) => Promise<boolean>;
  /** Disposes of the tabs and closes the servers. */
  readonly close: () => Promise<void>;
}

/** Pages, a network and a server in a time of their own: nothing happens unless `advance` lets it. */
export const createWorld = (options: WorldOptions = {}): World => {
  const { seed = 1, latencyMs = 5, jitterMs = 0, server } = options;
  const dice = seededDice(seed);
  const clock = virtualClock(options.clock);
  const network = createNetwork({
    clock,
    dice: dice.fork("network"),
    link: { latencyMs, jitterMs },
    scripted: server === false,
    onWire: options.onWire,
    onServer: options.onServer,
  });
  const { closeServers, ...servers } = createServers({ ...options, clock, network, dice });
  const tabs: Tab[] = [];

  const openBrowser = (lacks?: OriginLacks): Browser =>
    createBrowser({
      lacks,
      clock,
      network,
      dice,
      nextName: () => `tab ${tabs.length + 1}`,
      opened: (tab) => tabs.push(tab),
    });

  return {
    ...servers,
    clock,
    dice,
    network,
    sockets: network.sockets,
    tabs,
    openTab: (given = {}) =>
      openBrowser().openTab((boot) => ({
        tabs: { election: "solo" },
        ...(typeof given === "function" ? given(boot) : given),
      })),
    openBrowser,
    advance: clock.advance,
    runUntil: clock.runUntil,
    close: async () => {
      await Promise.all(tabs.map((tab) => tab.dispose()));
      await closeServers();
    },
  };
};
