/** Where a message goes, under which key, and when it is withdrawn. */
export interface SendOptions {
  /** Default `'default'`. */
  readonly channel?: string | undefined;
  /** Default: a fresh UUID v4. The same key with the same payload is appended once per (channel, subject). */
  readonly idempotencyKey?: string | undefined;
  /**
   * Handed to the socket now or never: not queued, not sent again, in no log, in no order with the others. Settles at once: `sent`, or
   * `rejected` with `NOT_CONNECTED` outside of `connected`, with `CONGESTED` while the socket has 512 KiB to send. Who hears the
   * channel at the moment may get it; the other tabs that share the connection get it from this one. `idempotencyKey` and `expected` mean nothing then. A server ends a connection that sends it more
   * than 500 a second for long.
   */
  readonly volatile?: boolean | undefined;
  /**
   * Asked before each transmission, the ones after a break too, and sometimes in vain. False: `aborted`; when it may have been
   * transmitted before, the server's answer decides. One that throws is reported as `HANDLER_THREW` and counts as false.
   */
  readonly guard?: (() => boolean) | undefined;
  /**
   * Settles `expired` when not decided within this many ms. Default: none (the outbox max age holds). Judged while a
   * connection is wanted: nothing runs in `disconnected` and `failed`, there it takes effect at the next `connect()`. 0 or less:
   * `expired` at once; NaN: `rejected INVALID_OPTION`.
   */
  readonly ttlMs?: number | undefined;
  /** Withdraws the message; when it may have been transmitted the server's answer decides. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Append only when the channel's last event is this one; else `rejected CONFLICT` with `current`. What is no place of a log
   * settles `rejected INVALID_EXPECTED`, and so does every one in plain mode.
   */
  readonly expected?: { readonly seq: number; readonly tail: string } | undefined;
}
