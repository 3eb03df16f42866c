/** The outbox in numbers. */
export interface QueueState {
  /** Messages not settled, in flight included. */
  readonly depth: number;
  /** Transmitted and not answered. */
  readonly inFlight: number;
  /** Messages the outbox holds at most. */
  readonly capacity: number;
  /** depth ÷ capacity or bytes ÷ maxBytes, whichever is larger; 0 … 1. */
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
