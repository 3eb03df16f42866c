import type { RawData } from "../core/ports.ts";

/** Of a message to be sent: its idempotency key, and where it goes. */
export interface Envelope {
  readonly id: string;
  readonly channel: string;
}

/** What travels; throws, or answers undefined, for what cannot be sent. */
export type Encode = (payload: unknown, envelope: Envelope) => RawData | undefined;
