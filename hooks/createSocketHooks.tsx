"use client";
import * as React from "react";
import { ClientProvider } from "../providers/ClientProvider.tsx";
import { createClientContext } from "../providers/context.ts";
import { acceptanceOf } from "./acceptanceOf.ts";
import { describe } from "./describe.ts";
import { lastMessageOf } from "./lastMessageOf.ts";
import type { Channels, SocketHooks } from "./SocketHooks.ts";
import { useChannel, type ChannelHandler, type ChannelOptions } from "./useChannel.ts";
import { useEntries } from "./useEntries.ts";
import { useMade } from "./useMade.ts";
import { useReceipt } from "./useReceipt.ts";
import { readArguments, useSocket, type ResilientWSArguments } from "./useSocket.ts";
import { useStore } from "./useStore.ts";
import { roleOf } from "./useTabRole.ts";
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
    useOutbox: (channel) => useEntries(useClient(), channel),
    useLastMessage: (channel, selector, isEqual) =>
      useStore(useMade(lastMessageOf, useClient(), channel), selector as never, isEqual as never),
    useReceipt,
    useTabRole: () => useStore(useClient().tabs, roleOf),
    useCanSend: () => useStore(useMade(acceptanceOf, useClient(), undefined)),
    useSubscription: (channel: string, handler: ChannelHandler, options: ChannelOptions = {}) =>
      useChannel(useClient(), channel, handler, options),
    useResilientWS: (...input: ResilientWSArguments) => {
      const { target, options } = readArguments(input);
      return useSocket(useTarget(context, target), options);
    },
  };
  return hooks as unknown as SocketHooks<C>;
};
