/** What an inspector sees of a client that nobody else does. No part of the public API: it changes with the rooms it looks into. */
import type { OpenSocket, Ports } from "../core/ports.ts";
import type { Channels } from "./channels.ts";
import type { Connection } from "./connection.ts";
import type { Driver } from "./driver.ts";
import type { Emitter } from "./emitter.ts";
import type { ClientOptions } from "./options.ts";
import type { QueuedOutbox } from "./queuedRow.ts";
import type { ResilientClient } from "./ResilientClient.ts";

export interface Inspection {
  readonly options: ClientOptions;
  /** This client's own copy. Its socket is read at every dial: another one, that makes faults, may be put in its place. */
  readonly ports: { socket: OpenSocket } & Pick<Ports, "clock" | "dice" | "tabs">;
  readonly connection: Connection;
  readonly driver: Driver;
  readonly outbox: QueuedOutbox;
  readonly channels: Channels["all"];
  readonly on: Emitter["on"];
}

/**
 * Filled by every client, read by the inspector alone; weak, so that looking keeps nothing alive. By outbox, because what an app
 * makes of a client by spreading it is that client still.
 */
export const inspections = new WeakMap<ResilientClient["outbox"], Inspection>();
