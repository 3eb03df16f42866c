import { createResilientClient } from "../client/createResilientClient.ts";
import type { Continuity, Message } from "../client/message.ts";
import type { ResilientClientOptions } from "../client/options.ts";
import type { ClientEvents, ResilientClient, SubscribeOptions } from "../client/ResilientClient.ts";
import type { Network, WorldSocket } from "./network.ts";
import { createPage, type Page } from "./page.ts";
import type { SeededDice } from "./seededDice.ts";
import type { VirtualClock } from "./virtualClock.ts";

export interface TabOptions extends Omit<ResilientClientOptions, "url" | "ports"> {
  /** Default `ws://localhost/ws`. */
  readonly url?: ResilientClientOptions["url"] | undefined;
}

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

/** A client in its page. Every member is bound. */
export interface Tab extends ResilientClient {
  /** The owner of its sockets in `world.sockets`. */
  readonly id: string;
  readonly page: Page;
  readonly record: TabRecord;
  /** The sockets it opened so far. */
  readonly sockets: () => readonly WorldSocket[];
  /** Subscribes and writes down what comes. */
  readonly watch: (channel: string, options?: SubscribeOptions) => Watch;
  /** The page is gone without a word: closed, crashed, killed. */
  readonly crash: () => void;
}

const defaultUrl = "ws://localhost/ws";

export const createTab = (
  id: string,
  world: { readonly clock: VirtualClock; readonly network: Network; readonly dice: SeededDice },
  options: TabOptions,
): Tab => {
  const dice = world.dice.fork(id);
  // Another origin for every page: an instant that travels between two clocks shows.
  const page = createPage(world.clock.device({ originMs: 1_000 + dice.pick(1_000_000) }));
  const client = createResilientClient({
    ...options,
    url: options.url ?? defaultUrl,
    ports: {
      clock: page.clock,
      dice,
      socket: world.network.openSocket(id, page.clock),
      sensors: page.sensors,
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
    sockets: () => world.network.sockets.filter((socket) => socket.owner === id),
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
    crash: () => {
      page.clock.stop();
      world.network.clientLost(id);
    },
  };
};
