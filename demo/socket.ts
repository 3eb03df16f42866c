import { createSocketHooks } from "resilient-socket";
import type { boardChannel, ChatLine, chatChannel, Reading } from "./harbour.ts";
import type { Numbered } from "./tally.ts";

/** Every channel of the app and what it carries. */
interface Channels {
  [boardChannel]: Reading;
  [chatChannel]: ChatLine;
  [ledger: `ledger:${string}`]: Numbered;
}

export const {
  ResilientSocketProvider,
  useConnectionState,
  useQueueState,
  useResilientClient,
  useResilientWS,
  useSubscription,
  useTabRole,
} = createSocketHooks<Channels>();
