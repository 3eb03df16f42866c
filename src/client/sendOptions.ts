export interface SendOptions {
  /** Default `'default'`. */
  readonly channel?: string | undefined;
  /** Default: a fresh UUID v4. The same key with the same payload is appended once per (channel, subject). */
  readonly idempotencyKey?: string | undefined;
  /** Settles `expired` when not decided within this many ms. Default: none (the outbox max age holds). */
  readonly ttlMs?: number | undefined;
  /** Withdraws the message; when it may have been transmitted the server's answer decides. */
  readonly signal?: AbortSignal | undefined;
  /** Never queued, never re-sent: dropped as `aborted` unless connected. Default false. */
  readonly volatile?: boolean | undefined;
  /** Append only when the channel stands exactly here; else `rejected CONFLICT` with `current`. */
  readonly expected?: { readonly seq: number; readonly tail: string } | undefined;
  /** Asked before each transmission; false settles `aborted`. */
  readonly guard?: (() => boolean) | undefined;
}
