import type { Recovery } from "../../core/connectionState.ts";

/** Whose sign-in the server refused: every tab is tried once with its own before all give up. */
export interface SignIns {
  readonly refused: () => readonly string[];
  readonly hear: (refused: readonly string[]) => void;
  /** Somebody may try anew. */
  readonly forget: () => void;
  /** This tab failed. */
  readonly add: () => void;
  /** Whether one of these tabs is to try after such a failure. */
  readonly hasNext: (recovery: Recovery, tabs: readonly string[]) => boolean;
}

export const createSignIns = (me: () => string): SignIns => {
  let refused: readonly string[] = [];
  const wasRefused = (id: string): boolean => refused.includes(id);
  return {
    refused: () => refused,
    hear: (now) => {
      refused = now;
    },
    forget: () => {
      refused = [];
    },
    add: () => {
      if (!wasRefused(me())) refused = [...refused, me()];
    },
    // Another tab's token does not make another server, nor another budget of retries.
    hasNext: ({ kind }, tabs) => kind !== "manual" && !tabs.every(wasRefused),
  };
};
