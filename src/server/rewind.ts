import { firstOf, lastOf, type Numbered } from "./numbered.ts";

/** Where a client goes back to after a retriable nack. What it had sent beyond by then comes again: the copy under way is dropped. */
export interface Rewind {
  /** It goes back to n. False: it was told so already, to n or further. */
  readonly begin: (n: number) => boolean;
  /** All up to n is decided. */
  readonly answered: (n: number) => void;
  /** Whether the frame comes again; one that does not ends the wait. */
  readonly isBeyond: (frame: Numbered) => boolean;
}

export function createRewind(): Rewind {
  let rewindTo: number | undefined;
  return {
    begin: (n) => {
      if (rewindTo !== undefined && rewindTo <= n) return false;
      rewindTo = n;
      return true;
    },
    answered: (n) => {
      // Decided after all (the store failed after its commit): the client goes on behind it.
      if (rewindTo !== undefined && n >= rewindTo) rewindTo = undefined;
    },
    isBeyond: (frame) => {
      if (rewindTo === undefined) return false;
      if (frame.acked >= rewindTo) {
        // It was answered before (a copy of it failed): the client does not come again.
        rewindTo = undefined;
        return false;
      }
      if (firstOf(frame) > rewindTo) return true;
      if (lastOf(frame) >= rewindTo) rewindTo = undefined;
      return false;
    },
  };
}
