"use client";
import * as React from "react";
import type { ResilientClientOptions } from "../src/client/options.ts";
import type { ResilientClient } from "../src/client/ResilientClient.ts";
import type { ClientContext } from "./context.ts";
import { holdClient, keyOf, type HeldClient } from "./heldClient.ts";
import { type Connect, lease } from "./lease.ts";

interface Common {
  readonly children?: React.ReactNode;
  /**
   * When to dial: with the provider, at the first message or subscription below it, or when the app calls `connect()`.
   * Default `'mount'`.
   */
  readonly connect?: Connect | undefined;
}
interface OwnClient extends Common, ResilientClientOptions {
  readonly client?: undefined;
}
type LentClient = Common & {
  /** A client of yours: connected and closed with the provider, never disposed by it. */
  readonly client: ResilientClient;
} & { readonly [K in keyof ResilientClientOptions]?: undefined };

/** The options of `createResilientClient` inline, or a `client`. */
export type ResilientSocketProviderProps = OwnClient | LentClient;

/** The provider of one context: `ResilientSocketProvider`, and that of each `createSocketHooks`. */
export function ClientProvider({
  context: Context,
  children,
  client,
  connect,
  ...rest
}: ResilientSocketProviderProps & { readonly context: ClientContext }): React.ReactNode {
  const options = rest as ResilientClientOptions;
  // Not as a default of the pattern: the React Compiler would skip the component.
  const when = connect ?? "mount";
  const [held, setHeld] = React.useState(() => holdClient(client, options));
  let current = held;
  // During render, not in an effect: an effect would commit the new prop with the old client once.
  if (held.key !== (client ?? keyOf(options))) setHeld((current = holdClient(client, options)));
  React.useInsertionEffect(() => current.update?.(options));
  const shown = React.useRef<HeldClient>(null);
  React.useEffect(() => {
    const before = shown.current;
    shown.current = current;
    if (before !== current) before?.dispose?.();
    return lease(current.client, when);
  }, [current, when]);
  return <Context.Provider value={current.client}>{children}</Context.Provider>;
}
