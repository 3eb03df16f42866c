import type { Settlement } from "../core/settlement.ts";
import type { Store } from "./store.ts";

export type { Settlement } from "../core/settlement.ts";

/** Where one message stands, up to its settlement. */
export type ReceiptStatus =
  /** In the waiting room of the policy `wait`. */
  | { readonly kind: "waiting" }
  | { readonly kind: "queued" }
  /** Transmitted, not answered. */
  | { readonly kind: "inFlight" }
  | Settlement;

/** What `send` returns at once. */
export interface Receipt {
  /** The idempotency key. */
  readonly id: string;
  readonly status: Store<ReceiptStatus>;
  /**
   * True once the outbox has the message (at once, but for the `wait` policy) or, `volatile`, the socket; false when it settled
   * without that.
   */
  readonly accepted: Promise<boolean>;
  /** Never rejects. Stays pending while the row lives. */
  readonly settled: Promise<Settlement>;
  /** Resolves with `acked` or `sent`; rejects with `MESSAGE_NOT_ACKED` otherwise, the settlement as its cause. */
  readonly orThrow: () => Promise<Settlement>;
}
