/**
 * The frames of `resilient.v1`. One WebSocket message holds one frame or an array of frames, as JSON text.
 * PROTOCOL.md states the rules; this file states the shapes.
 */

import type { ClientStats } from "./stats.ts";

/** Opaque JSON value. */
export type Json = unknown;

/** A place in a channel's log. `epoch` and `tail` are opaque and compared for equality only. */
export interface Cursor {
  readonly epoch: string;
  /** Non-negative safe integer; 0 is the place before the first event. */
  readonly seq: number;
  /** Random bytes (text) made by the append of `seq`; `''` at seq 0. */
  readonly tail: string;
}

/** Where a subscription without a cursor starts. */
export type Since = "now" | "snapshot" | { readonly last: number };

export type ChannelAsk = ({ readonly c: string } & Cursor) | { readonly c: string; readonly since: Since };

/** A claim on the position of (p, c); `acked` is the answered watermark when sent. */
export interface ProducerAsk {
  readonly p: string;
  readonly c: string;
  readonly acked: number;
  /** The producer was created more than the outbox max age ago. */
  readonly old?: true;
}

/** One number of a `pub`: the i-th item of `m` has number `n + i`. */
export interface PubItem {
  readonly id: string;
  /** Absent exactly when `void` is true. */
  readonly d?: Json;
  /** A transmitted row that was aborted or expired: takes the number, appends nothing. */
  readonly void?: true;
  /** The caller chose `id` as idempotency key: the server looks it up. */
  readonly key?: true;
  /** The number this row had under an earlier producer, after a rollback. */
  readonly re?: { readonly p: string; readonly n: number };
  /** The row (not the producer) is older than the outbox max age; only together with `re`. */
  readonly old?: true;
  readonly ttl?: number;
  readonly expected?: { readonly seq: number; readonly tail: string };
}

export type ClientFrame =
  | {
      readonly t: "auth";
      readonly token: string | null;
      readonly group: string;
      readonly term: number;
      /** The client's protocol version; absent means 1. Unknown frame types are forgiven to a newer one only. */
      readonly v?: number;
    }
  | {
      readonly t: "resume";
      readonly channels: readonly ChannelAsk[];
      readonly producers: readonly ProducerAsk[];
      /** Bytes of a delta or snapshot message on this socket; absent: the server's own measure. */
      readonly maxChunk?: number;
      readonly stats?: ClientStats;
      readonly traceparent?: string;
    }
  | { readonly t: "claim"; readonly producers: readonly ProducerAsk[] }
  | ({ readonly t: "sub" } & ChannelAsk)
  | { readonly t: "unsub"; readonly c: string }
  | {
      readonly t: "pub";
      readonly c: string;
      readonly p: string;
      readonly n: number;
      readonly acked: number;
      readonly m: readonly PubItem[];
      readonly old?: true;
      readonly traceparent?: string;
    }
  | {
      readonly t: "skip";
      readonly c: string;
      readonly p: string;
      readonly from: number;
      readonly to: number;
      readonly acked: number;
      readonly old?: true;
    }
  | {
      readonly t: "read";
      readonly rid: number;
      readonly c: string;
      readonly cursor?: Cursor;
      readonly snapshot?: true;
      readonly before?: number;
      readonly limit?: number;
    }
  | { readonly t: "retire"; readonly p: string }
  | { readonly t: "vol"; readonly c: string; readonly d: Json }
  | { readonly t: "ping" }
  | {
      readonly t: "pong";
      readonly cursors?: readonly ({ readonly c: string } & Cursor)[];
      readonly stats?: ClientStats;
    }
  | { readonly t: "bye" };

/** An event as it travels: in `data`, in `delta`. */
export interface WireEvent {
  readonly seq: number;
  readonly tail: string;
  /** The tail of seq − 1; of a hidden run, the tail before its first event. */
  readonly prev: string;
  /** Lamport time, made inside the append. */
  readonly lam: number;
  /** Absent exactly when `hid` is present. */
  readonly d?: Json;
  /** This many consecutive events, the last at `seq` and `tail`, that this subject may not see. Positive. */
  readonly hid?: number;
  /** Idempotency key; only to the sender's own subject. */
  readonly id?: string;
  /** The producer; only to the sender's own subject. */
  readonly own?: string;
}

export type ChannelStatus = "live" | "delta" | "snapshot" | "lost" | "denied";

/** The server's decision about one channel of a `resume` or `sub`. */
export interface ChannelVerdict {
  readonly c: string;
  readonly epoch: string;
  /** Seq and tail of the channel's last event. */
  readonly head: number;
  readonly tail: string;
  readonly status: ChannelStatus;
  readonly reason?: string;
  readonly retryAfterMs?: number;
}

/** Numbers `n … n + count − 1` are the events `seq … seq + count − 1`. */
export type Run = readonly [n: number, seq: number, count: number];

/**
 * How the server decided numbers `from … to` that are no plain appends:
 * `skipped` · `dup` (with the seq of the first append) · `uncertain` · `rejected:CODE` (CONFLICT with the current seq and tail).
 */
export type Verdict = readonly [from: number, to: number, code: string, seq?: number, tail?: string];

/** Answers for all numbers ≤ n of (p, c): runs and verdicts cover what lies in (acked, n]. */
export interface Answer {
  readonly p: string;
  readonly c: string;
  readonly n: number;
  /** Seq of the channel's last event when answered: the bound of `acked { seqAtMost }`. */
  readonly head: number;
  readonly runs?: readonly Run[];
  readonly verdicts?: readonly Verdict[];
  readonly replies?: readonly (readonly [n: number, value: Json])[];
}

/** `n: null`: the server does not know the producer. */
export type Position = Omit<Answer, "n"> & { readonly n: number | null; readonly rolledBack?: true };

export interface Limits {
  /** UTF-8 bytes per WebSocket message, client → server. */
  readonly maxFrameBytes: number;
  /** Numbers in flight per (producer, channel): never send n > answered + window. */
  readonly windowMessages: number;
  readonly windowBytes: number;
  /** Channels per connection. */
  readonly maxChannels: number;
}

/** What a server promises in its `hello`; times in ms. */
export interface ServerGuarantees {
  /** What an ack means: `applied` (memory), `process` (survives kill -9), `disk` (survives power loss), `replicated`. */
  readonly ack: "applied" | "process" | "disk" | "replicated";
  /** A repeated number or key is recognised at least this long; a key also as long as its event is stored. */
  readonly dedupWindowMs: number;
  /** Events live at least this long, unless their channel outgrows the store's bytes. */
  readonly retentionMs: number;
}

export type NackCode = "GAP" | "ROLLED_BACK" | "UNKNOWN_PRODUCER" | "CLOSED" | (string & {});

export type ServerFrame =
  | {
      readonly t: "hello";
      readonly v: number;
      readonly features: readonly string[];
      readonly limits: Limits;
      readonly hbMs: number;
      readonly hbTimeoutMs: number;
      readonly guarantees: ServerGuarantees;
    }
  | { readonly t: "authed"; readonly subject: string; readonly exp: number | null }
  | {
      readonly t: "welcome";
      readonly cid: string;
      readonly spreadMs: number;
      readonly channels: readonly ChannelVerdict[];
    }
  | ({ readonly t: "subscribed" } & ChannelVerdict)
  | { readonly t: "positions"; readonly producers: readonly Position[] }
  | {
      readonly t: "delta";
      readonly c: string;
      readonly epoch: string;
      readonly from: number;
      readonly to: number;
      readonly ev: readonly WireEvent[];
      readonly more: boolean;
      readonly rid?: number;
      readonly asked?: number;
    }
  | ({
      readonly t: "snapshot";
      readonly c: string;
      readonly part: number;
      readonly parts: number;
      /** A slice of the state's JSON text; the parts joined are the text. */
      readonly d: string;
      readonly rid?: number;
      /** With `rid`: why it is a state and no events. */
      readonly reason?: string;
    } & Cursor)
  | ({ readonly t: "live"; readonly c: string } & Cursor)
  | { readonly t: "data"; readonly c: string; readonly ev: readonly WireEvent[] }
  | ({ readonly t: "ack" } & Answer)
  | {
      readonly t: "nack";
      readonly c: string;
      readonly p: string;
      readonly n: number;
      readonly code: NackCode;
      readonly pos?: number;
      readonly retriable: boolean;
      readonly retryAfterMs?: number;
    }
  | { readonly t: "vol"; readonly c: string; readonly d: Json }
  | { readonly t: "reauth"; readonly byMs: number }
  | {
      readonly t: "goaway";
      readonly reason: string;
      readonly minMs: number;
      readonly maxMs: number;
      readonly deadlineMs: number;
      readonly to?: string;
    }
  | {
      readonly t: "error";
      readonly code: string;
      readonly status?: number;
      readonly retriable: boolean;
      readonly retryAfterMs?: number;
      readonly ref?: string;
      /** With `LOST`: the reason of P4.3. */
      readonly reason?: string;
    }
  | { readonly t: "ping" }
  | { readonly t: "pong" };

export type FrameOf<
  T extends (ClientFrame | ServerFrame)["t"],
  F extends { readonly t: string } = ClientFrame | ServerFrame,
> = Extract<F, { readonly t: T }>;
