import type { ConnectionState } from "../../core/connectionState.ts";
import { toldAgain, unmirror } from "../../core/machine/mirror.ts";
import { freshMemory, type State } from "../../core/machine/state.ts";
import type { Clock } from "../../core/ports.ts";
import { toConnectionState } from "../../core/toConnectionState.ts";
import type { DownItem } from "./tabMessage.ts";

const fresh: State = { name: "disconnected", reason: "initial", memory: freshMemory };

/** What is known of a connection that this tab does not have; instants are of this tab's clock. */
export interface Borrowed {
  readonly state: () => State;
  readonly set: (state: State) => void;
  readonly hear: (told: DownItem & { readonly is: "state" }) => void;
  /** Who speaks through its leader, as that told. */
  readonly ids: () => readonly string[];
  /** Another one leads now, or nobody. */
  readonly leave: () => void;
  readonly forget: () => void;
  /** As the app sees it, speaking through a leader (`isDone`: and knowing where it stands there), or waiting for one. */
  readonly shown: (hasLeader: boolean, isDone: boolean) => ConnectionState;
}

export const createBorrowed = ({ nowMs, wallMs }: Clock): Borrowed => {
  let state = fresh as State;
  let crew: readonly string[] = [];
  /** Read once a state: an instant that is shown must not move with the reading of two clocks. */
  let offsetMs = 0;
  const set = (next: State): void => {
    state = next;
    offsetMs = wallMs() - nowMs();
  };
  return {
    state: () => state,
    set,
    ids: () => crew,
    leave: () => {
      crew = [];
    },
    hear: ({ state: mirrored, crew: now }) => {
      crew = now;
      const told = unmirror(mirrored, nowMs());
      const again = told && toldAgain(state, told);
      if (again) state = again;
      else set(told ?? fresh);
    },
    forget: () => set(fresh),
    shown: (hasLeader, isDone) => {
      const { name, memory } = state;
      if (name === "connected" && hasLeader && !isDone) return { name: "resuming", attempt: memory.attempt };
      return name === "failed" || (hasLeader && state !== fresh)
        ? toConnectionState(state, offsetMs)
        : { name: "connecting", attempt: memory.attempt };
    },
  };
};
