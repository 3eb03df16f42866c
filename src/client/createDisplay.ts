import type { ConnectionState } from "../core/connectionState.ts";
import type { Event } from "../core/machine/events.ts";
import { createStore } from "./createStore.ts";
import type { Emitter } from "./emitter.ts";
import type { Store } from "./store.ts";

export interface DisplayHost {
  /** Another state is shown; nobody was told yet. */
  readonly changed: (now: ConnectionState, event: Event["type"]) => void;
  /** Everybody was told. */
  readonly told: (now: ConnectionState) => void;
}

/** The state of the connection as the app sees it. */
export interface Display {
  readonly store: Store<ConnectionState>;
  /** Shows it, then tells everybody once. */
  readonly show: (now: ConnectionState, event: Event["type"]) => void;
}

const initial: ConnectionState = { name: "disconnected", reason: "initial" };

export const createDisplay = (emitter: Emitter, { changed, told }: DisplayHost): Display => {
  let shown: ConnectionState = initial;
  const store = createStore(() => shown, initial, emitter.report);
  return {
    store,
    show: (now, event) => {
      const before = shown;
      shown = now;
      changed(now, event);
      store.notify();
      emitter.emit("transition", { from: before, to: now, event });
      told(now);
    },
  };
};
