import { type Overflow, queueFull } from "./overflow.ts";

/** The newcomer waits for its turn in a room as large as the outbox; `rejected QUEUE_FULL` where that is full too. */
export const waitForRoom: Overflow = ({ fits, waiting, waitingBytes }, bytes) =>
  fits(bytes, waiting.size, waitingBytes) ? "wait" : queueFull;
