import { createResilientClient } from "../client/createResilientClient.ts";
import type { Continuity, Message } from "../client/message.ts";
import type { ResilientClientOptions } from "../client/options.ts";
import type { ClientEvents, ResilientClient, SubscribeOptions } from "../client/ResilientClient.ts";
import { keptIn } from "../client/outbox/keptIn.ts";
import { loadPage, type PageWorld } from "./loadPage.ts";
import type { WorldSocket } from "./network.ts";
import type { Page, PageOptions } from "./page.ts";

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
  readonly anomalies: readonly ClientEvents["anomaly"][];
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

export interface BootOptions extends Omit<ResilientClientOptions, "ports">, PageOptions {
  /** The outbox is stored in the browser's profile. Needs an `identity`, as everywhere. */
  readonly durable?: boolean | undefined;
}

export const createBoot = (
  id: string,
  world: PageWorld,
  { durable, touch, ...options }: BootOptions,
): Boot => {
  const { page, ports, storage, end } = loadPage(id, world, { touch });
  const outbox = durable ? { storage: keptIn(storage), ...options.outbox } : options.outbox;
  const client = createResilientClient({ ...options, outbox, ports });

  const record = {
    settled: [] as ClientEvents["settled"][],
    continuity: [] as ClientEvents["continuity"][],
    anomalies: [] as ClientEvents["anomaly"][],
    lost: [] as ClientEvents["lost"][],
    errors: [] as ClientEvents["error"][],
    transitions: [] as ClientEvents["transition"][],
  };
  client.on("settled", (event) => record.settled.push(event));
  client.on("continuity", (event) => record.continuity.push(event));
  client.on("anomaly", (event) => record.anomalies.push(event));
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
    end,
  };
};
