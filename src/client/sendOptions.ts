export interface SendOptions {
  /** Default `'default'`. */
  readonly channel?: string | undefined;
  /** Default: a fresh UUID v4. The same key with the same payload is appended once per (channel, subject). */
  readonly idempotencyKey?: string | undefined;
  /**
   * Settles `expired` when not decided within this many ms. Default: none (the outbox max age holds). Judged while a
   * connection is wanted: nothing runs in `disconnected` and `failed`, there it takes effect at the next `connect()`.
   */
  readonly ttlMs?: number | undefined;
  /** Withdraws the message; when it may have been transmitted the server's answer decides. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Append only when the channel's last event is this one; else `rejected CONFLICT` with `current`. What is no place of a log
   * settles `rejected INVALID_EXPECTED`. Not in plain mode.
   */
  readonly expected?: { readonly seq: number; readonly tail: string } | undefined;
}
