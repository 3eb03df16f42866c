"use client";
import * as React from "react";
import { ClientProvider } from "../providers/ClientProvider.tsx";
import { createClientContext } from "../providers/context.ts";
import { describe } from "./describe.ts";
import type { Channels, SocketHooks } from "./SocketHooks.ts";
import { useChannel } from "./useChannel.ts";
import { readArguments, useSocket, type ResilientWSArguments } from "./useSocket.ts";
import { useStore } from "./useStore.ts";
import { useTarget } from "./useTarget.ts";

/** Typed hooks with a provider of their own. Call it once, outside of components. Types only: nothing is validated yet. */
export const createSocketHooks = <C extends Channels<C>>(): SocketHooks<C> => {
  const context = createClientContext();
  const useClient = () => {
    const client = useTarget(context);
    React.useDebugValue(client, describe);
    return client;
  };
  const hooks: SocketHooks<Record<string, unknown>> = {
    ResilientSocketProvider: (props) => <ClientProvider {...props} context={context} />,
    useResilientClient: useClient,
    useConnectionState: (selector, isEqual) => useStore(useClient().state, selector, isEqual),
    useQueueState: (selector, isEqual) => useStore(useClient().outbox.state, selector, isEqual),
    useSubscription: (channel, handler, options = {}) => useChannel(useClient(), channel, handler, options),
    useResilientWS: (...input: ResilientWSArguments) => {
      const { target, options } = readArguments(input);
      return useSocket(useTarget(context, target), options);
    },
  };
  return hooks as unknown as SocketHooks<C>;
};
