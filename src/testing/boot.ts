import { createResilientClient } from "../client/createResilientClient.ts";
import type { Continuity, Message } from "../client/message.ts";
import type { ResilientClientOptions } from "../client/options.ts";
import type { ClientEvents, ResilientClient, SubscribeOptions } from "../client/ResilientClient.ts";
import type { OpenBus } from "../core/ports/tabPorts.ts";
import type { Network, WorldSocket } from "./network.ts";
import type { Origin } from "./origin.ts";
import { createPage, type Page } from "./page.ts";
import type { SeededDice } from "./seededDice.ts";
import type { VirtualClock } from "./virtualClock.ts";

/** What one subscription was given, in order. */
export interface Watch {
  readonly messages: readonly Message[];
  /** The payloads alone. */
  readonly data: () => readonly unknown[];
  readonly continuity: readonly Continuity[];
  readonly stop: () => void;
}

/** Everything the client told its app. */
export interface TabRecord {
  readonly settled: readonly ClientEvents["settled"][];
  readonly continuity: readonly ClientEvents["continuity"][];
  readonly lost: readonly ClientEvents["lost"][];
  readonly errors: readonly ClientEvents["error"][];
  readonly transitions: readonly ClientEvents["transition"][];
}

/** One load of the app: a client in its page. Every member is bound. */
export interface Boot extends ResilientClient {
  /** The owner of its sockets in `world.sockets`. */
  readonly id: string;
  readonly page: Page;
  readonly record: TabRecord;
  /** The sockets it opened so far. */
  readonly sockets: () => readonly WorldSocket[];
  /** Subscribes and writes down what comes. */
  readonly watch: (channel: string, options?: SubscribeOptions) => Watch;
  /** Nothing of it runs any more; the browser notices its absence after `releaseMs`. */
  readonly end: (releaseMs: number) => void;
}

export interface BootWorld {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly dice: SeededDice;
  readonly origin: Origin;
}

/** How long the locks of an evicted page stay held. */
const evictedMs = 50;

export const createBoot = (
  id: string,
  { clock, network, dice: root, origin }: BootWorld,
  options: Omit<ResilientClientOptions, "ports">,
): Boot => {
  const dice = root.fork(id);
  // Another origin for every page: an instant that travels between two clocks shows.
  const page = createPage(clock.device({ originMs: 1_000 + dice.pick(1_000_000) }));
  const { ports, gone } = origin.enter(page.clock);
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
  const client = createResilientClient({
    ...options,
    ports: {
      clock: page.clock,
      dice,
      socket: network.openSocket(id, page.clock),
      sensors: page.sensors,
      tabs: { ...ports, bus: ports.bus && heedingLife(ports.bus) },
    },
  });

  const record = {
    settled: [] as ClientEvents["settled"][],
    continuity: [] as ClientEvents["continuity"][],
    lost: [] as ClientEvents["lost"][],
    errors: [] as ClientEvents["error"][],
    transitions: [] as ClientEvents["transition"][],
  };
  client.on("settled", (event) => record.settled.push(event));
  client.on("continuity", (event) => record.continuity.push(event));
  client.on("lost", (event) => record.lost.push(event));
  client.on("error", (event) => record.errors.push(event));
  client.on("transition", (event) => record.transitions.push(event));

  return {
    ...client,
    id,
    page,
    record,
    sockets: () => network.sockets.filter((socket) => socket.owner === id),
    watch: (channel, watchOptions = {}) => {
      const messages: Message[] = [];
      const continuity: Continuity[] = [];
      const stop = client.subscribe(channel, (message) => messages.push(message), {
        ...watchOptions,
        onContinuity: (event) => {
          continuity.push(event);
          watchOptions.onContinuity?.(event);
        },
      });
      return { messages, continuity, data: () => messages.map((message) => message.data), stop };
    },
    end,
  };
};
