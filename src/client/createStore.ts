import { createListeners } from "./createListeners.ts";
import type { Store } from "./store.ts";

export interface WritableStore<T> extends Store<T> {
  /** Tells the listeners; call it once per turn, after every store has its new value. */
  readonly notify: () => void;
}

/** A store whose value lives elsewhere: `read` answers the same reference until it changes. */
export const createStore = <T>(
  read: () => T,
  atServer: T,
  report: (error: unknown) => void,
): WritableStore<T> => {
  const { add, notify } = createListeners<[]>(report);
  return { get: read, getServer: () => atServer, subscribe: add, notify };
};

/** Remembers what `make` made until `version` answers something else. */
export const memoised = <T>(version: () => unknown, make: () => T): (() => T) => {
  let at: unknown = memoised;
  let value: T;
  return () => {
    const now = version();
    if (at !== now) {
      at = now;
      value = make();
    }
    return value;
  };
};
