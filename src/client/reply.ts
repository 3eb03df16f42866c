import type { SendOptions } from "./sendOptions.ts";

/** As `SendOptions`, and how long to wait for the reply. */
export interface RequestOptions extends Omit<SendOptions, "volatile"> {
  /**
   * How long the reply is waited for, in ms. Default 30 000. Ends the waiting, not the message: that stays in the outbox and settles
   * as ever; `ttlMs` and `signal` end the message.
   */
  readonly timeoutMs?: number | undefined;
}

/** What a request was answered with. */
export interface Reply<T = unknown> {
  /** What the server's app gave `context.reply`; undefined where it gave nothing. */
  readonly data: T;
  /** The idempotency key of the message. */
  readonly id: string;
  /** Where the message stands in the channel's log. */
  readonly seq: number | undefined;
}
