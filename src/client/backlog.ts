import type { Message } from "./message.ts";

/**
 * Messages that wait for a consumer which takes them when it can: at most `capacity`. Then this consumer alone falls behind and, once
 * half of them are taken, reads on from its own place in the channel: nothing is lost as long as the server keeps it.
 */
export interface Backlog {
  /**
   * The oldest, at most `max` (default all), up to the next continuity: that one is told by the following call, so that a consumer
   * hears of a loss where it happened. Call it until it answers nothing.
   */
  readonly take: (max?: number) => readonly Message[];
  /** Hands over all that waits, in as few batches as continuities allow. A handler that throws is reported and has had its batch. */
  readonly drain: (handler: (messages: readonly Message[]) => void) => void;
  /** Nothing waits and the client is disposed of: nothing will come. */
  readonly ended: () => boolean;
  /** Lets go of the channel and of what waits. */
  readonly stop: () => void;
}
