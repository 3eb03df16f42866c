/** The outbox in numbers. */
export interface QueueState {
  /** Messages the outbox holds, in flight included: never more than `capacity`. */
  readonly depth: number;
  /** Messages in the waiting room of the policy `wait`, beside `depth` and `bytes`. */
  readonly waiting: number;
  /** Transmitted and not answered. */
  readonly inFlight: number;
  /** Messages the outbox holds at most. */
  readonly capacity: number;
  /** depth ÷ capacity or bytes ÷ maxBytes, whichever is larger; 0 … 1, and 1 while a message waits for room. */
  readonly saturation: number;
  readonly bytes: number;
  /** Unix ms of the oldest message; null when empty. */
  readonly oldestAt: number | null;
  /** How long the last flush took from connected to empty; null before the first. */
  readonly lastFlushMs: number | null;
  readonly durability: "memory" | "indexeddb";
  /** Unix ms until which the server asked a queue to wait. */
  readonly pausedUntil: number | null;
  readonly pauseReason: string | null;
}
