import type { Json } from "../protocol/frames.ts";

export interface InboundMessage {
  readonly channel: string;
  readonly payload: Json;
  readonly id: string;
  readonly subject: string;
}

export interface MessageContext {
  /** Settles the message `rejected` with this code (≤ 32 bytes of A–Z, 0–9, _). Never returns. */
  readonly reject: (code: string) => never;
  /** Answers a `request`; the last call counts. Stored with the verdict. JSON of more than 1 KiB (UTF-8) arrives as the text `"REPLY_TOO_LARGE"`; the message is appended all the same. */
  readonly reply: (value: Json) => void;
}
