import type { Json } from "../protocol/frames.ts";

/** A message on its way into the log. */
export interface InboundMessage {
  readonly channel: string;
  readonly payload: Json;
  /** The idempotency key: the same on every run for one message. */
  readonly id: string;
  /** Who sent it. */
  readonly subject: string;
}

/** How `onMessage` answers besides what it returns. */
export interface MessageContext {
  /** Settles the message `rejected` with this code (≤ 32 bytes of A–Z, 0–9, _). Never returns. */
  readonly reject: (code: string) => never;
  /** Answers a `request`; the last call counts. Stored with the verdict. JSON of more than 1 KiB (UTF-8) arrives as the text `"REPLY_TOO_LARGE"`; the message is appended all the same. */
  readonly reply: (value: Json) => void;
}
