/** A payload that reached its place in a channel. */
export interface Message<T = unknown> {
  readonly data: T;
  /** Own messages: the idempotency key; others: `epoch:seq`. Stable across replays. */
  readonly id: string;
  readonly channel: string;
  /** Undefined in plain mode and for volatile messages. */
  readonly seq: number | undefined;
  /** Lamport time; orders causally related events of different channels of one connection. */
  readonly lam: number | undefined;
  /** Sent by this tab: by this page, or left by one before it. */
  readonly own: boolean;
  /** Delivered late: it happened while the connection was away. */
  readonly replayed: boolean;
}

/** Nothing was missed; it has come; a state came instead; it will not come; this user may not read here. */
export type ContinuityResult = "kept" | "replayed" | "snapshot" | "lost" | "denied";

/** What a break did to a channel. Within an epoch every seq is seen once, in order, or `lost` comes first. */
export interface Continuity {
  readonly channel: string;
  readonly result: ContinuityResult;
  /** Events delivered late. */
  readonly replayed: number;
  /** Events never to be delivered; undefined where nobody can know. */
  readonly missed: number | undefined;
  /** The server's reason, such as `trimmed`, `gap_too_large`, `epoch_changed`, `forked`. */
  readonly reason: string | undefined;
  /** With `snapshot`: the channel's state. */
  readonly state?: unknown;
}
