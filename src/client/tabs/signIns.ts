import type { State } from "../../core/machine/state.ts";

/** Whose sign-in the server refused: every tab is tried once with its own before all give up. */
export interface SignIns {
  readonly refused: () => readonly string[];
  readonly hear: (refused: readonly string[]) => void;
  /** Somebody may try anew. */
  readonly forget: () => void;
  /** This tab failed. */
  readonly add: () => void;
  /** Whether the connection failed so that one of these tabs is to try: it goes on as an attempt then, elsewhere. */
  readonly pass: (failed: State, tabs: readonly string[]) => boolean;
  /** What the tabs are shown, until another one leads. */
  readonly shown: (own: State) => State;
  readonly passed: () => void;
}

export const createSignIns = (me: () => string): SignIns => {
  let refused: readonly string[] = [];
  let passing: State | undefined;
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
    pass: (failed, tabs) => {
      // Another tab's token does not make another server, nor another budget of retries.
      if (failed.name !== "failed" || failed.recovery.kind === "manual" || tabs.every(wasRefused))
        return false;
      passing = { name: "connecting", memory: failed.memory };
      return true;
    },
    shown: (own) => passing ?? own,
    passed: () => {
      passing = undefined;
    },
  };
};
