import type { Answer, Cursor, Position, ProducerAsk, ServerGuarantees } from "../../protocol/frames.ts";
import type { Trimmed, TrimReason } from "./retention.ts";

/** An event in a channel's log. `d` is JSON text, so that stores and fan-out never parse payloads. */
export interface LogEvent {
  readonly channel: string;
  readonly epoch: string;
  readonly seq: number;
  readonly tail: string;
  readonly prev: string;
  readonly lam: number;
  readonly d: string;
  /** Absent for `publish` without a key. */
  readonly id?: string;
  /** Sender; absent for `publish`. */
  readonly subject?: string;
  readonly p?: string;
  /** Wall clock of the append, Unix ms: for retention and display, never for order. */
  readonly storedAt: number;
}

/** One number (or range) of a producer, already judged by `authorize` and `onMessage`; duplicates are decided inside the append, first. */
export type AppendItem =
  | {
      readonly kind: "message";
      readonly n: number;
      readonly id: string;
      /** JSON text of the (transformed) payload. */
      readonly d: string;
      /** Present when the caller chose `id`: hash of the payload as received; looked up in (channel, subject, key). */
      readonly keyHash?: string;
      readonly re?: { readonly p: string; readonly n: number };
      readonly old?: boolean;
      readonly expected?: { readonly seq: number; readonly tail: string };
      /** JSON text of the reply, at most 1 KiB; stored with the verdict. */
      readonly reply?: string;
    }
  | {
      readonly kind: "void";
      readonly n: number;
      readonly re?: { readonly p: string; readonly n: number };
      readonly old?: boolean;
    }
  | {
      readonly kind: "reject";
      readonly n: number;
      readonly code: string;
      readonly re?: { readonly p: string; readonly n: number };
      readonly old?: boolean;
    }
  | { readonly kind: "skip"; readonly from: number; readonly to: number }
  /** Asks what was decided about these numbers; is never applied: a number above the position is refused with GAP. */
  | { readonly kind: "probe"; readonly from: number; readonly to: number };

/** What one producer sent for one channel, in one transaction: all of it up to the first refusal. */
export interface AppendBatch {
  readonly channel: string;
  readonly subject: string;
  readonly p: string;
  readonly acked: number;
  readonly old: boolean;
  /** In number order. */
  readonly items: readonly AppendItem[];
  /** Highest Lamport time this connection was shown. */
  readonly lam: number;
}

/** Why a batch stopped early, at which number, and where its producer stands. */
export interface AppendRefusal {
  readonly code: "GAP" | "ROLLED_BACK" | "UNKNOWN_PRODUCER" | "CLOSED";
  readonly n: number;
  readonly pos: number;
}

/** What became of a batch; told after the commit. */
export interface AppendResult {
  /** What is true of (p, c) after the batch, from committed state, also when it was refused: position 0 where nothing is known of p. */
  readonly answer: Answer;
  /** Newly appended events, for the fan-out. */
  readonly events: readonly LogEvent[];
  /** Numbers that had been decided before. */
  readonly duplicates: number;
  /** Set when the batch stopped early; the items before it were applied. */
  readonly refused?: AppendRefusal;
}

/** What the server itself says in a channel. `d` is JSON text; a `key` is appended once. */
export interface PublishItem {
  readonly channel: string;
  readonly d: string;
  readonly key?: string;
  readonly keyHash?: string;
}

export interface PublishResult {
  /** Where the event stands; of a repeated key the first one's place, also when it was trimmed. */
  readonly place: Cursor;
  /** For the fan-out; undefined when the key was used before. */
  readonly event: LogEvent | undefined;
}

/** The newest place of a channel: seq 0 and an empty tail when nothing was ever appended. */
export interface ChannelHead {
  readonly epoch: string;
  readonly seq: number;
  readonly tail: string;
  readonly lam: number;
}

/** A stretch of a channel's log, and where the channel stood when it was read. */
export interface LogSlice extends ChannelHead {
  /** Seq of the oldest stored event; head + 1 when none is stored. */
  readonly first: number;
  /** From the asked seq INCLUSIVE (as far as stored), in order. */
  readonly events: readonly LogEvent[];
}

/**
 * The durable half. One atomic append per batch; several batches may share one commit. The log may not lose what it acknowledged.
 * Every method may reject with a store error: the caller answers with a retriable nack or a verdict, never with an ack.
 */
export interface LogStore {
  readonly name: string;
  readonly ack: ServerGuarantees["ack"];
  /** Verdicts are kept for n > position − window; the server announces no larger window. */
  readonly window: number;
  /** Events live at least this long, in ms, unless their channel outgrows its bytes; the newest ones of a channel longer. */
  readonly retentionMs: number;
  /** A repeated number or caller-given key is recognised at least this long, in ms; a key also as long as its event is stored. */
  readonly dedupWindowMs: number;
  /** What retention has removed since the store was made. */
  readonly trimmed: () => Readonly<Record<TrimReason, Trimmed>>;
  readonly open: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly append: (batches: readonly AppendBatch[]) => Promise<readonly AppendResult[]>;
  /** Key refused with another payload: rejects with code `KEY_REUSED`. */
  readonly publish: (item: PublishItem) => Promise<PublishResult>;
  readonly head: (channel: string) => Promise<ChannelHead>;
  /** `signal` aborts when nobody waits for the answer any more: a query that runs elsewhere should be cancelled. */
  readonly read: (channel: string, fromSeq: number, limit: number, signal?: AbortSignal) => Promise<LogSlice>;
  readonly positions: (subject: string, asks: readonly ProducerAsk[]) => Promise<readonly Position[]>;
  /** Marks the producer as gone; its record may be dropped early. */
  readonly retire: (subject: string, p: string) => Promise<void>;
}

/** The lossy half: tells nodes that events were appended. Seq and tail reveal what it lost. */
export interface FanOut {
  readonly publish: (events: readonly LogEvent[]) => void;
  /** Returns the removal. */
  readonly subscribe: (hear: (events: readonly LogEvent[]) => void) => () => void;
}
