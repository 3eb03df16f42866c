import type { ConnectionState } from "../core/connectionState.ts";
import type { ResilientSocketError } from "../core/errors.ts";
import type { QueueState } from "../core/queueState.ts";
import type { Cursor, Since } from "../protocol/frames.ts";
import type { Backlog } from "./backlog.ts";
import type { Continuity, Message } from "./message.ts";
import type { Receipt, ReceiptStatus, Settlement } from "./receipt.ts";
import type { Reply, RequestOptions } from "./reply.ts";
import type { SendOptions } from "./sendOptions.ts";
import type { Store } from "./store.ts";

/** How this tab shares the connection: its role, the way tabs agreed, and the term, which counts the leaders. */
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
  readonly status: Extract<ReceiptStatus["kind"], "waiting" | "queued" | "inFlight">;
}

/** Where a subscription starts, and what it hears beside messages. */
export interface SubscribeOptions {
  /**
   * Where this subscription starts. Default `'now'`; a cursor resumes behind that event. Who comes to a channel that others hear
   * already gets a start of its own too (`{ last }`: at most 1 000), and then hears what they hear; `'now'` beside a start that is still
   * being replayed hears that replay. Where the last handler left
   * within 30 s, the channel goes on from there instead. Something else is told as continuity `lost`, reason `invalid_since`,
   * and starts now. Plain mode starts now.
   */
  readonly since?: Since | Cursor | undefined;
  /** Runs before the handler; false drops the message for this handler only. */
  readonly filter?: ((message: Message) => boolean) | undefined;
  readonly onContinuity?: ((continuity: Continuity) => void) | undefined;
}

/** Where a backlog starts, and how much may wait in it. */
export interface BacklogOptions extends SubscribeOptions {
  /** Messages that wait at most. Default 1 000. */
  readonly capacity?: number | undefined;
}

/** Once a frame (in a page that is hidden: as often as its timers run), or once a task. */
export type Pace = "frame" | "task";

/** As `BacklogOptions`, and how often its owner is told. */
export interface PacedOptions extends BacklogOptions {
  /** How often `ready` is called at most, but that it is called at once for what has no more room. Default: for everything that begins to wait. */
  readonly pace?: Pace | undefined;
}

/** Where the iteration of `messages` starts, how much may wait for it, and what ends it. */
export interface MessagesOptions extends BacklogOptions {
  /** Ends the iteration, which lets go of the channel. */
  readonly signal?: AbortSignal | undefined;
}

/** Which events `history` answers with. */
export interface HistoryPage {
  /**
   * Only events with a smaller seq. Default: what this tab's subscription to the channel has passed, so that history and what
   * handlers hear meet without gap or overlap; without a subscription, the newest.
   */
  readonly before?: number | undefined;
  /** Messages; more than 1 000 count as 1 000. Default 100. */
  readonly limit?: number | undefined;
  /** How long a connection and the answer are waited for, in ms. Default 30 000. */
  readonly timeoutMs?: number | undefined;
}

/** What `on` can hear. */
export interface ClientEvents {
  readonly continuity: Continuity;
  readonly settled: { readonly id: string; readonly channel: string; readonly settlement: Settlement };
  /** A rollback of the server's log: this many acknowledged messages of this tab are gone. */
  readonly lost: { readonly channel: string; readonly acked: number };
  /**
   * What should not be and was survived: `foreign_goaway`, `foreign_ack`, `invalid_frame`; of a stored outbox `outbox_without_identity` and
   * `outbox_in_plain_mode` (it lives in memory), `outbox_rebuilt` (what was stored was damaged and is lost), `row_of_newer_version` and
   * `unreadable_row` (a message stays stored, unsent).
   */
  readonly anomaly: { readonly kind: string };
  readonly error: ResilientSocketError;
  readonly transition: {
    readonly from: ConnectionState;
    readonly to: ConnectionState;
    readonly event: string;
  };
}

/** The object in one tab. Every method is bound. `create*` dials with `connect` or `retain`: until then what is sent waits. */
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
  /**
   * Ends the connection. What is not settled is withdrawn (`aborted`, `uncertain` when possibly transmitted), and what other pages of
   * this identity left in storage goes with it, unless `queue: "keep"`. Default `"purge"`. Resolves when the storage is empty.
   */
  readonly logout: (options?: { readonly queue?: "purge" | "keep" }) => Promise<void>;
  /**
   * As `logout()`, for good: every later call is a no-op, and a `send` settles `rejected DISPOSED`. What is stored is left to the pages to
   * come and its receipts settle `uncertain`, unless `onUnmount` says `purge`.
   */
  readonly dispose: () => Promise<void>;
  /**
   * Holds the connection for a consumer; returns the release, which acts one task later. With `demand` it is dialled when there is
   * something to do with it: a message to send, a channel to hear, a page of history.
   */
  readonly retain: (when?: "demand") => () => void;
  /** Takes the message over: it is transmitted until the server has decided. Never throws; what cannot be sent settles `rejected`. */
  readonly send: (payload: unknown, options?: SendOptions) => Receipt;
  /**
   * A `send` that is waited for until the server's app has replied (`context.reply`), through every break. Rejects with `REPLY_TIMEOUT`;
   * with `MESSAGE_NOT_ACKED`, the settlement as its cause; with `REPLY_GONE` or `REPLY_TOO_LARGE` when it was acknowledged and the
   * reply cannot be had; with `DISCONNECTED`, `DISPOSED` or, in `failed`, the connection's error. Unless it is refused at once, the
   * message is in the outbox and stays there.
   */
  readonly request: <T = unknown>(payload: unknown, options?: RequestOptions) => Promise<Reply<T>>;
  /** Returns the removal. */
  readonly subscribe: (
    channel: string,
    handler: (message: Message) => void,
    options?: SubscribeOptions,
  ) => () => void;
  /**
   * The channel's messages, one after the other, through every break. Each loop is a subscription of its own, which ends with it.
   * One that is slow holds at most `capacity` messages, then reads on from its own place; others hear on. What cannot be read again is told
   * to `onContinuity` where it happened. Throws `FORBIDDEN` when the channel may not be read; ends with `dispose()` and `signal`.
   */
  readonly messages: (channel: string, options?: MessagesOptions) => AsyncIterable<Message>;
  /** `messages` for who takes several at a time: `ready` is called when something begins to wait, at the `pace` that is asked for. */
  readonly backlog: (channel: string, ready: () => void, options?: PacedOptions) => Backlog;
  /**
   * A page of the channel's past, oldest first; page back with `before: messages[0].seq`. Fewer than `limit` means that the log goes no
   * further back. A break in between asks again. Rejects with `FORBIDDEN`, `TIMEOUT`, `DISCONNECTED`, `DISPOSED`, `INVALID_NAME`,
   * `INVALID_OPTION`, in plain mode `NOT_SUPPORTED`, in `failed` with the connection's error.
   */
  readonly history: (channel: string, page?: HistoryPage) => Promise<readonly Message[]>;
  /** Returns the removal. */
  readonly on: <K extends keyof ClientEvents>(
    type: K,
    handler: (event: ClientEvents[K]) => void,
  ) => () => void;
}
