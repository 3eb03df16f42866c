"use client";
import * as React from "react";
import type { Message } from "../src/client/message.ts";
import type { Store } from "../src/client/store.ts";
import { describe } from "./describe.ts";
import { lastMessageOf } from "./lastMessageOf.ts";
import { useMade } from "./useMade.ts";
import { useResilientClient } from "./useResilientClient.ts";
import { useStore } from "./useStore.ts";

/**
 * The channel's last message, or what `selector` makes of it; undefined before the first. Renders when `isEqual` (default: shallow)
 * sees a difference. However many components read a channel, the client subscribes once. A state, not a log: of several messages
 * in one turn only the last is shown; `useSubscription` hears them all. `data` is `unknown`: `createSocketHooks` types it.
 */
export function useLastMessage<S = Message>(
  channel: string,
  selector?: (message: Message) => S,
  isEqual?: (a: S, b: S) => boolean,
): S | undefined {
  const client = useResilientClient();
  React.useDebugValue(client, describe);
  // The selection leaves undefined alone.
  const store = useMade(lastMessageOf, client, channel) as Store<Message>;
  return useStore(store, selector, isEqual);
}
