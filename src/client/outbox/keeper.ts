/** How the outbox survives its page: what the queue asks of it, and what it may use. */
import type { Clock } from "../../core/ports.ts";
import type { Boots } from "../../core/ports/boots.ts";
import type { StoredRow } from "../../core/ports/outboxStorage.ts";
import type { Locks } from "../../core/ports/tabPorts.ts";
import type { Replied } from "../../core/sender.ts";
import type { Settlement } from "../../core/settlement.ts";
import type { Emitter } from "../emitter.ts";
import type { QueuedOutbox, QueuedRow } from "../queuedRow.ts";

/** What a stored message is, when a newer version of the app reads it. */
export interface StoredPayload {
  readonly payload: unknown;
  readonly channel: string;
  readonly id: string;
  /** `outbox.version` of the app that sent it. */
  readonly version: number;
}

/** What a client hands to `outbox.storage`. */
export interface KeeperHost {
  readonly clock: Clock;
  readonly emitter: Pick<Emitter, "emit" | "report">;
  readonly outbox: QueuedOutbox;
  /** Who numbers for this tab; whom it claims or adopts is added. */
  readonly producers: Set<string>;
  /** The keys of what earlier boots left are added. */
  readonly mine: Set<string>;
  readonly scope: string;
  readonly version: number;
  readonly migrate: ((stored: StoredPayload) => unknown) | undefined;
  readonly maxAgeMs: number;
  /** Absent: nobody can tell whether another page lives. */
  readonly locks: Locks | undefined;
  /** Absent: a page does not know what came before it. */
  readonly boots: Boots | undefined;
  /** Takes a row out with this settlement. */
  readonly drop: (row: QueuedRow, settlement: Settlement, reply?: Replied) => void;
  /** A row came in that another page queued. */
  readonly entered: (row: QueuedRow) => void;
  /** What is told of the outbox is not the same. */
  readonly touch: () => void;
  /** What may be transmitted is not the same: a turn soon. */
  readonly turn: () => void;
  /** Rows that are added are stored no more, for this reason. */
  readonly failed: (error: unknown) => void;
}

/** One for each page whose outbox is stored. */
export interface Keeper {
  /** What is sent from now on is stored. */
  readonly isDurable: () => boolean;
  /** Once a turn: writes what changed, and clears what is stored. */
  readonly flush: () => void;
  /** It is stored, or on its way there. */
  readonly stores: (row: QueuedRow) => boolean;
  /** Writes the rest; resolves when it is, or cannot be. */
  readonly written: () => Promise<void>;
  /** The server knows who speaks: only what this subject numbered may go. */
  readonly signedIn: (subject: string) => void;
  /** The page goes, or the last who used this client: everything of it may be taken over from now on. */
  readonly suspend: () => void;
  /** It came too late: it writes nothing, and lets go of everything. */
  readonly discard: () => void;
  /** It is back: nothing is transmitted until what is stored was read again. */
  readonly restore: () => Promise<void>;
  /** Takes over what dead pages left, at most 100 messages at a time. One tab of the origin calls it, every 10 to 30 s while connected. */
  readonly adopt: () => Promise<void>;
  /** After everything was withdrawn: what dead pages of this scope left goes too. */
  readonly purge: () => Promise<void>;
}

/** `outbox.storage`: rejects where messages cannot be stored. */
export type OutboxStorageFeature = (host: KeeperHost) => Promise<Keeper>;

/** Body and payload of a stored row; undefined for one that cannot be read any more. */
export type Read = (row: StoredRow) => { readonly body: string; readonly payload: unknown } | undefined;
