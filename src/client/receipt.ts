import type { Settlement } from "../core/settlement.ts";
import type { Store } from "./store.ts";

export type { Settlement } from "../core/settlement.ts";

export type ReceiptStatus =
  | { readonly kind: "queued" }
  /** Transmitted, not answered. */
  | { readonly kind: "inFlight" }
  | Settlement;

/** What `send` returns at once. */
export interface Receipt {
  /** The idempotency key. */
  readonly id: string;
  readonly status: Store<ReceiptStatus>;
  /** True once the outbox holds the message (at once, but for the `wait` policy); false when it never will. */
  readonly accepted: Promise<boolean>;
  /** Never rejects. Stays pending while the row lives. */
  readonly settled: Promise<Settlement>;
  /** Resolves with `acked` or `sent`; rejects with `MESSAGE_NOT_ACKED` otherwise, the settlement as its cause. */
  readonly orThrow: () => Promise<Settlement>;
}
