import type { Clock } from "../core/ports.ts";

export interface Timers<Name extends string> {
  /** Replaces a timer of the same name. */
  readonly arm: (name: Name, delayMs: number, task: () => void) => void;
  /** Cancels all, or the named. */
  readonly clear: (name?: Name) => void;
}

/** Named one-shot timers. */
export const createTimers = <Name extends string>(clock: Clock): Timers<Name> => {
  const live = new Map<Name, () => void>();
  const clear = (name?: Name): void => {
    for (const [key, cancel] of live)
      if (name === undefined || key === name) {
        cancel();
        live.delete(key);
      }
  };
  return {
    clear,
    arm: (name, delayMs, task) => {
      clear(name);
      live.set(
        name,
        clock.after(delayMs, () => {
          live.delete(name);
          task();
        }),
      );
    },
  };
};
