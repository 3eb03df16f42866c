"use client";
import * as React from "react";
import type { Message } from "../src/client/message.ts";
import type { ResilientClient } from "../src/client/ResilientClient.ts";
import { bindSend, resilientWS, trackQueue, type ResilientWS } from "./resilientWS.ts";
import { useChannel, type SubscriptionOptions } from "./useChannel.ts";
import { useStore } from "./useStore.ts";
import type { Target } from "./useTarget.ts";

/** What `useResilientWS` listens to, if to anything. */
export interface ResilientWSOptions<T = unknown> extends SubscriptionOptions<T> {
  /** Default `'default'`. */
  readonly channel?: string | undefined;
  readonly onMessage?: ((message: Message<T>) => void) | undefined;
  /** Throw the error to the nearest error boundary while the connection is `failed`. Default false. */
  readonly throwOnFailed?: boolean | undefined;
}

const isTarget = (input: unknown): input is Target =>
  input === null || typeof input === "string" || (typeof input === "object" && "subscribe" in input);

export type ResilientWSArguments = [
  targetOrOptions?: Target | ResilientWSOptions,
  options?: ResilientWSOptions,
];

/** `(options)` and `(target, options)` as one shape. */
export const readArguments = ([first, second]: ResilientWSArguments) =>
  isTarget(first) ? { target: first, options: second } : { target: undefined, options: first ?? second };

export function useSocket(client: ResilientClient, options: ResilientWSOptions = {}): ResilientWS {
  const { channel: name, onMessage, throwOnFailed, ...rest } = options;
  // Not as a default of the pattern: the React Compiler would skip the hook.
  const channel = name ?? "default";
  useChannel(client, channel, onMessage, rest);
  const state = useStore(client.state);
  const store = client.outbox.state;
  const tracked = React.useMemo(() => trackQueue(store), [store]);
  const queue = React.useSyncExternalStore(tracked.subscribe, store.get, store.getServer);
  const send = React.useMemo(() => bindSend(client, channel), [client, channel]);
  const socket = React.useMemo(
    () => resilientWS(client, tracked, send, state, queue),
    [client, tracked, send, state, queue],
  );
  if (throwOnFailed && state.name === "failed") throw state.error;
  return socket;
}
