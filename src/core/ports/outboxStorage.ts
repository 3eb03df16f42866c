/** Where an outbox survives its page. Owned here, implemented in src/platform and src/testing. Instants are Unix ms: they outlive clocks. */

/** One message that is not settled. */
export interface StoredRow {
  readonly p: string;
  readonly channel: string;
  readonly n: number;
  readonly id: string;
  /** JSON text of the payload, as it is transmitted; null when it cannot be read any more (`decrypt` failed). */
  readonly body: string | null;
  readonly queuedAt: number;
  readonly expiresAt: number;
  readonly keyed: boolean;
  readonly expected?: { readonly seq: number; readonly tail: string };
  /** Its number under an earlier producer. */
  readonly re?: { readonly p: string; readonly n: number };
  readonly voided?: "aborted" | "expired";
  /** `outbox.version` of the app that wrote it. */
  readonly version: number;
}

/** Numbers of one (producer, channel): the next to give, and the highest below which all are answered. */
export interface StoredCounter {
  readonly p: string;
  readonly channel: string;
  readonly next: number;
  readonly answered: number;
}

/** One boot of a tab. */
export interface StoredProducer {
  readonly p: string;
  readonly createdAt: number;
  /** Producers whose rows must be answered before its own are sent. */
  readonly after: readonly string[];
  /** The subject its numbers belong to; absent until the server told. What another numbered is never sent. */
  readonly subject?: string;
}

/** How an adopted row ended, kept for its owner for a day. */
export interface StoredVerdict {
  readonly p: string;
  readonly channel: string;
  readonly n: number;
  /** The settlement as JSON text. */
  readonly settlement: string;
  /** What the server's app replied, as JSON text; absent: unknown, or it cannot be read any more (`decrypt` failed). */
  readonly reply?: string;
  readonly at: number;
}

/** Producer, channel and number: what a row is found by. */
export type RowKey = readonly [p: string, channel: string, n: number];

/** All of it in one transaction, or nothing. */
export interface OutboxChange {
  readonly producers?: readonly StoredProducer[];
  readonly rows?: readonly StoredRow[];
  readonly removed?: readonly RowKey[];
  /** Counters never go back: of what is stored and what is written the larger number holds, for each of the two. */
  readonly counters?: readonly StoredCounter[];
  readonly verdicts?: readonly StoredVerdict[];
}

/** What is stored of one producer, or of several. */
export interface StoredOutbox {
  readonly producers: readonly StoredProducer[];
  /** By producer and channel, in number order. */
  readonly rows: readonly StoredRow[];
  readonly counters: readonly StoredCounter[];
  readonly verdicts: readonly StoredVerdict[];
}

/** Where the outboxes of a scope are stored. Every method may reject. */
export interface OutboxStorage {
  /** It was damaged, and begins anew: what was stored is lost. */
  readonly isRebuilt?: boolean | undefined;
  /** Resolves when it is committed; rejects when it is not (quota, a database that is gone). */
  readonly write: (change: OutboxChange) => Promise<void>;
  /** Everything of one producer. */
  readonly read: (p: string) => Promise<StoredOutbox>;
  /** The producers of this scope. */
  readonly producers: () => Promise<readonly StoredProducer[]>;
  /** Forgets a producer with all that belongs to it. */
  readonly forget: (p: string) => Promise<void>;
  /** What was begun is finished; nothing is begun any more. */
  readonly close: () => void;
}

/**
 * Opens the storage of one scope (endpoint name and identity). Rejects where there is none: private mode, SecurityError, code that
 * cannot be loaded. `lost`: it stopped working later and will not come back by itself.
 */
export type OpenOutboxStorage = (scope: string, lost: (error: unknown) => void) => Promise<OutboxStorage>;
