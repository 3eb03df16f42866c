import { notifyAll } from "./notifyAll.ts";

export interface Listeners<A extends readonly unknown[]> {
  /** Returns the removal. */
  readonly add: (listener: (...args: A) => void) => () => void;
  readonly notify: (...args: A) => void;
}

export const createListeners = <A extends readonly unknown[]>(
  report: (error: unknown) => void,
): Listeners<A> => {
  const all = new Set<(...args: A) => void>();
  return {
    add: (listener) => {
      // A wrapper of its own, so that a function added twice is removed once.
      const entry = (...args: A): void => listener(...args);
      all.add(entry);
      return () => void all.delete(entry);
    },
    notify: (...args) => notifyAll(all, report, ...args),
  };
};
