"use client";
import * as React from "react";
import { copies, type ClientContext } from "../providers/context.ts";
import type { ResilientClient } from "../src/client/ResilientClient.ts";
import { ResilientSocketError } from "../src/client/surface.ts";
import { describe } from "./describe.ts";
import { idleClient, urlClient } from "./urlClients.ts";

/** A URL (shared by all hooks that name it), a client of yours, `null` for none, or nothing: the provider's. */
export type Target = string | ResilientClient | null | undefined;

const noProvider = (): never => {
  const others = copies.length > 1 ? `; ${copies.length} copies are loaded: ${copies.join(", ")}` : "";
  throw new ResilientSocketError(
    "NO_PROVIDER",
    `no ResilientSocketProvider of resilient-socket above${others}`,
  );
};

/** The one path from what a hook was given to its client. Only a named target is held by the hook itself. */
export function useTarget(context: ClientContext, target?: Target): ResilientClient {
  const provided = React.useContext(context);
  const client =
    typeof target === "string"
      ? urlClient(target)
      : target === null
        ? idleClient()
        : (target ?? provided ?? noProvider());
  const held = target != null;
  React.useEffect(() => (held ? client.retain() : undefined), [held, client]);
  React.useDebugValue(client, describe);
  return client;
}
