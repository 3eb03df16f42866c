import { createConnection } from "../createConnection.ts";
import type { Tabs, TabsOptions } from "../options.ts";
import { tabsKey } from "./groupKey.ts";
import { rungsOf } from "./rungs.ts";
import { shareConnection } from "./shareConnection.ts";

/**
 * Tabs of one origin, endpoint name, identity and partition share one connection. Without an `identity` all users of the origin
 * are one: an app whose tabs can have different users must give it.
 */
export const tabs =
  ({ election = "auto", partition }: TabsOptions = {}): Tabs =>
  (options, host) => {
    const all = rungsOf(options.ports);
    const rungs = all.filter(
      ({ name }) =>
        (election === "auto" || name === election) &&
        // Storage events carry text alone.
        (name !== "storage" || options.protocol.textOnly),
    );
    const connection = rungs.length
      ? shareConnection(options, host, rungs, (name) =>
          tabsKey({ name, identity: options.identity, partition }),
        )
      : createConnection(options, host);
    return { ...connection, locks: all[0]?.locks };
  };
