import type { Backoff } from "../core/backoff.ts";
import type { Overflow } from "../core/overflow.ts";
import type { OutboxStorageFeature, StoredPayload } from "./outbox/keeper.ts";

export type { BreakerOptions } from "../core/breaker.ts";

/** `backoff`: how long to wait before an attempt, and when to give up. */
export interface BackoffOptions {
  /** Default `perClient()`: 100–500 ms drawn once, doubled, capped at 30 s, ± 50 %. */
  readonly policy?: Backoff | undefined;
  /** Retries in a row that may fail; then the client gives up: `failed RETRIES_EXHAUSTED`. 0: none is made. Default Infinity. */
  readonly maxAttempts?: number | undefined;
  /** Time without success after which the next failure is the last, in ms. Default Infinity. */
  readonly budgetMs?: number | undefined;
  /** Window of the first retry after an established session broke, where the server advises none. Default 0: a large plain-mode deployment sets it, or its clients stampede. */
  readonly firstRetrySpreadMs?: number | undefined;
  /** Longest spread a server may ask for, in ms. Default 120 000. */
  readonly maxSpreadMs?: number | undefined;
  /** A connection counts as stable, and failures as over, after this many ms. Default 5 000. */
  readonly minUptimeMs?: number | undefined;
}

/** `outbox`: its bounds, what happens at them, and where messages live. */
export interface OutboxOptions {
  /** Messages. Default 1 000; with 0 every message settles `rejected QUEUE_FULL`. */
  readonly capacity?: number | undefined;
  /** UTF-8 bytes of JSON. Default 5 MiB. */
  readonly maxBytes?: number | undefined;
  /**
   * What happens to a message that does not fit. Default `reject`: it settles `rejected QUEUE_FULL`. `evict-oldest`: the oldest that
   * were never transmitted settle `evicted`, or it does itself where that would not help. `wait`: it waits for room, as many again
   * at most; see `receipt.accepted`.
   */
  readonly overflow?: "reject" | "evict-oldest" | "wait" | undefined;
  /** Older messages settle `expired`, or `uncertain` when possibly transmitted. Default 7 days. */
  readonly maxAgeMs?: number | undefined;
  /**
   * `indexedDB()`: messages outlive their page, once the app says whose they are (`identity`). Default: they live in memory. A message
   * with a `guard` always does.
   */
  readonly storage?: OutboxStorageFeature | undefined;
  /** Of the app's payloads: messages that a newer version of the app stored are left to it. Default 0. */
  readonly version?: number | undefined;
  /**
   * Makes of a payload that an earlier `version` stored what this one sends. One that throws is reported as `HANDLER_THREW`: the message
   * stays stored. Absent: it is sent as it is.
   */
  readonly migrate?: ((stored: StoredPayload) => unknown) | undefined;
  /** Silence on a live socket after which unanswered numbers are sent again. Default 10 000. */
  readonly ackTimeoutMs?: number | undefined;
}

/** The outbox of `createClient`: no limit and no age unless given; `ackTimeoutMs` belongs to `resilientProtocol`. */
export interface ClientOutboxOptions extends Omit<OutboxOptions, "overflow" | "ackTimeoutMs"> {
  /** `evictOldest` or `waitForRoom`. Absent: a message that does not fit settles `rejected QUEUE_FULL`. */
  readonly overflow?: Overflow | undefined;
}

/** `timeouts`: how long an attempt may take in each of its phases, in ms. */
export interface TimeoutOptions {
  /** Until the socket is open. Default 10 000. */
  readonly connectMs?: number | undefined;
  /** Until `welcome`, stretched by failed attempts to at most 30 s. Default 10 000. */
  readonly handshakeMs?: number | undefined;
  /** Until every channel has a verdict; then the others go on. Default 10 000. */
  readonly resumeMs?: number | undefined;
}

/** `heartbeat`: how soon a silent socket counts as dead. */
export interface HeartbeatOptions {
  /** Plain mode only: send a ping after this much silence. In `resilient.v1` the server decides. Default 25 000. */
  readonly intervalMs?: number | undefined;
  /** Plain mode only: silence after a ping, in ms, before the socket counts as dead. Default 10 000. */
  readonly timeoutMs?: number | undefined;
}

/** `tabs`: who shares a connection with this tab. */
export interface TabsOptions {
  /**
   * How tabs agree who holds the connection. Default `auto`: Web Locks, else leases on a BroadcastChannel, else on storage events,
   * else `solo`, a connection of its own. A way that the place does not have is `solo` too; `client.tabs` tells.
   */
  readonly election?: "auto" | "locks" | "lease" | "storage" | "solo" | undefined;
  /** Tabs of another partition have another connection, for whatever reason the app has. */
  readonly partition?: string | undefined;
}
