import { notifyAll } from "./notifyAll.ts";
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
  const listeners = new Set<() => void>();
  return {
    get: read,
    getServer: () => atServer,
    subscribe: (listener) => {
      // A wrapper of its own, so that a function subscribed twice is removed once.
      const entry = () => listener();
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
    notify: () => notifyAll(listeners, report),
  };
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
