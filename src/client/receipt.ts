import type { Store } from './store.ts';

/** How a message ended. */
export type Settlement =
  /** In the channel's log at `seq`; `seqAtMost` when the server only knows that it was decided by then. */
  | { readonly kind: 'acked'; readonly seq: number }
  | { readonly kind: 'acked'; readonly seqAtMost: number }
  | { readonly kind: 'rejected'; readonly code: string; readonly by: 'client' | 'server'; readonly current?: { readonly seq: number; readonly tail: string } }
  /** Its time ran out before it was transmitted, or the server took the number without the payload. */
  | { readonly kind: 'expired' }
  /** The outbox was full and its policy chose this message. */
  | { readonly kind: 'evicted' }
  /** Withdrawn by the caller; nothing was appended. */
  | { readonly kind: 'aborted' }
  /** Possibly appended; nobody can tell any more. */
  | { readonly kind: 'uncertain' }
  /** Plain mode: handed to an open socket, nothing more is known. */
  | { readonly kind: 'sent' };

export type ReceiptStatus =
  | { readonly kind: 'queued' }
  /** Transmitted, not answered. */
  | { readonly kind: 'inFlight' }
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
