import { type Connection, type ConnectionHost, createConnection } from "../createConnection.ts";
import type { ClientOptions } from "../options.ts";
import type { TabsState } from "../ResilientClient.ts";
import { rungsOf } from "./rungs.ts";
import { shareConnection } from "./shareConnection.ts";

export interface TabsOptions {
  /**
   * How tabs agree who holds the connection. Default `auto`: Web Locks, else leases on a BroadcastChannel, else on storage events,
   * else `solo`, a connection of its own. A way that the place does not have is `solo` too; `client.tabs` tells.
   */
  readonly election?: "auto" | TabsState["rung"] | undefined;
  /** Tabs of another partition have another connection, for whatever reason the app has. */
  readonly partition?: string | undefined;
}

/** Makes the connection of a client. */
export type Tabs = (options: ClientOptions, host: ConnectionHost) => Connection;

/**
 * Tabs of one origin, endpoint name, identity and partition share one connection. Without an `identity` all users of the origin
 * are one: an app whose tabs can have different users must give it.
 */
export const tabs =
  ({ election = "auto", partition = "" }: TabsOptions = {}): Tabs =>
  (options, host) => {
    const ports = options.ports.tabs;
    const rungs = ports
      ? rungsOf(ports).filter(({ name }) => election === "auto" || name === election)
      : [];
    if (!rungs.length) return createConnection(options, host);
    return shareConnection(options, host, rungs, (name) =>
      JSON.stringify(["rs1", name, options.identity ?? "", partition]),
    );
  };
