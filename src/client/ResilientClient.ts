import type { ConnectionState } from "../core/connectionState.ts";
import type { ResilientSocketError } from "../core/errors.ts";
import type { QueueState } from "../core/queueState.ts";
import type { Cursor, Since } from "../protocol/frames.ts";
import type { Continuity, Message } from "./message.ts";
import type { Receipt, ReceiptStatus, Settlement } from "./receipt.ts";
import type { SendOptions } from "./sendOptions.ts";
import type { Store } from "./store.ts";

export interface TabsState {
  readonly role: "leader" | "follower" | "solo";
  readonly rung: "locks" | "lease" | "storage" | "solo";
  readonly term: number;
}

/** One message that is not settled. */
export interface OutboxEntry {
  readonly id: string;
  readonly channel: string;
  readonly payload: unknown;
  readonly bytes: number;
  /** Unix ms. */
  readonly queuedAt: number;
  readonly status: Extract<ReceiptStatus["kind"], "queued" | "inFlight">;
}

export interface SubscribeOptions {
  /**
   * Where a channel that this tab does not hear yet starts. Default `'now'`; a cursor resumes behind that event. A channel
   * has one place in a tab: who subscribes later hears from now on, whatever its `since`. One that is neither is told as
   * continuity `lost`, reason `invalid_since`, and starts now.
   */
  readonly since?: Since | Cursor | undefined;
  /** Runs before the handler; false drops the message for this handler only. */
  readonly filter?: ((message: Message) => boolean) | undefined;
  readonly onContinuity?: ((continuity: Continuity) => void) | undefined;
}

/** What `on` can hear. */
export interface ClientEvents {
  readonly continuity: Continuity;
  readonly settled: { readonly id: string; readonly channel: string; readonly settlement: Settlement };
  /** A rollback of the server's log: this many acknowledged messages of this tab are gone. */
  readonly lost: { readonly channel: string; readonly acked: number };
  readonly error: ResilientSocketError;
  readonly transition: {
    readonly from: ConnectionState;
    readonly to: ConnectionState;
    readonly event: string;
  };
}

/** The object in one tab. Every method is bound. `create*` is inert until `connect`, `send`, `subscribe` or `retain`. */
export interface ResilientClient {
  readonly state: Store<ConnectionState>;
  readonly tabs: Store<TabsState>;
  readonly outbox: {
    readonly state: Store<QueueState>;
    readonly entries: Store<readonly OutboxEntry[]>;
    /** Withdraws a message; false when it is not in the outbox. */
    readonly cancel: (id: string) => boolean;
    /** Withdraws all (of a channel); returns how many. */
    readonly clear: (channel?: string) => number;
  };
  readonly connect: () => void;
  /** Detaches until `connect` or `reconnect`; nothing reconnects by itself. */
  readonly disconnect: () => void;
  /** Leaves `failed`; replaces a live socket. */
  readonly reconnect: () => void;
  readonly logout: (options?: { readonly queue?: "purge" | "keep" }) => Promise<void>;
  readonly dispose: () => Promise<void>;
  /** Holds the connection for a consumer; returns the release, which acts one task later. */
  readonly retain: () => () => void;
  readonly send: (payload: unknown, options?: SendOptions) => Receipt;
  /** Returns the removal. */
  readonly subscribe: (
    channel: string,
    handler: (message: Message) => void,
    options?: SubscribeOptions,
  ) => () => void;
  /** Returns the removal. */
  readonly on: <K extends keyof ClientEvents>(
    type: K,
    handler: (event: ClientEvents[K]) => void,
  ) => () => void;
}
