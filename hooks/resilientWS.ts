import type { Receipt } from "../src/client/receipt.ts";
import type { ResilientClient } from "../src/client/ResilientClient.ts";
import type { SendOptions } from "../src/client/sendOptions.ts";
import type { Store } from "../src/client/store.ts";
import type { ConnectionState, QueueState } from "../src/client/surface.ts";

/** What `useResilientWS` answers. Each field is read when it is used: a component renders only for those it reads. */
export interface ResilientWS<T = unknown> {
  /** Sends to the hook's channel unless the options name another. The same function until client or channel change. */
  readonly send: (payload: T, options?: SendOptions) => Receipt;
  readonly state: ConnectionState;
  /** The outbox in numbers. A component that reads this renders when it changes; one that does not, does not. */
  readonly queue: QueueState;
  readonly reconnect: () => void;
  readonly disconnect: () => void;
}

/** What one component sees of the outbox: silent until it looks. */
export interface TrackedQueue {
  readonly subscribe: Store<QueueState>["subscribe"];
  readonly track: () => void;
}

export const trackQueue = ({ subscribe }: Store<QueueState>): TrackedQueue => {
  let tracked = false;
  return {
    subscribe: (listener) => subscribe(() => tracked && listener()),
    track: () => {
      tracked = true;
    },
  };
};

export const bindSend =
  (client: ResilientClient, channel: string): ResilientWS["send"] =>
  (payload, options) =>
    client.send(payload, { ...options, channel: options?.channel ?? channel });

/** A fresh object per change, so that memoised components see it; only `queue` is more than a value. */
export const resilientWS = (
  { reconnect, disconnect }: ResilientClient,
  { track }: TrackedQueue,
  send: ResilientWS["send"],
  state: ConnectionState,
  queue: QueueState,
): ResilientWS => ({
  send,
  state,
  reconnect,
  disconnect,
  get queue() {
    track();
    return queue;
  },
});
