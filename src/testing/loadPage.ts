import type { Clock, Ports } from "../core/ports.ts";
import type { OpenOutboxStorage } from "../core/ports/outboxStorage.ts";
import type { OpenBus } from "../core/ports/tabPorts.ts";
import type { Network } from "./network.ts";
import type { Origin } from "./origin.ts";
import type { Profile, TabMemory } from "./outboxStorage.ts";
import { createPage, type Page, type PageOptions } from "./page.ts";
import type { SeededDice } from "./seededDice.ts";
import type { WorldTime } from "./worldTime.ts";

export interface PageWorld {
  readonly clock: Clock & Pick<WorldTime, "device">;
  readonly network: Network;
  readonly dice: SeededDice;
  readonly origin: Origin;
  readonly profile: Profile;
  /** Of the tab that the page is loaded in. */
  readonly memory: TabMemory;
}

/** A page that loads an app, and what a client in it has of the world. */
export interface LoadedPage {
  readonly page: Page;
  readonly ports: Ports;
  readonly storage: OpenOutboxStorage;
  /** Nothing of it runs any more; the browser notices its absence after `releaseMs`. */
  readonly end: (releaseMs: number) => void;
}

/** How long the locks of an evicted page stay held. */
const evictedMs = 50;

export const loadPage = (id: string, world: PageWorld, options?: PageOptions): LoadedPage => {
  const { clock, network, dice: root, origin, profile, memory } = world;
  const dice = root.fork(id);
  // Another origin for every page: an instant that travels between two clocks shows.
  const page = createPage(clock.device({ originMs: 1_000 + dice.pick(1_000_000) }), options);
  const { ports: tabs, gone } = origin.enter(page.clock);
  const end = (releaseMs: number): void => {
    page.end();
    network.clientLost(id);
    gone(releaseMs);
  };
  /** A message for a cached page evicts it; a frozen page handles it. */
  const heedingLife =
    (open: OpenBus): OpenBus =>
    (name, hear) =>
      open(name, (message) =>
        page.life() === "cached" ? end(evictedMs) : page.clock.hear(() => hear(message)),
      );
  return {
    page,
    storage: profile.storage(page.clock),
    ports: {
      clock: page.clock,
      dice,
      socket: network.openSocket(id, page.clock),
      sensors: page.sensors,
      boots: memory,
      tabs: { ...tabs, bus: tabs.bus && heedingLife(tabs.bus) },
    },
    end,
  };
};
