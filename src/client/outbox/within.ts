import type { Clock } from "../../core/ports.ts";

/** A page that sleeps through one part has the others left: what it waits for slept too. */
const parts = 4;

/** Acts after a time in which the page runs, in ms; what it answers stops that. */
export const afterAwake = (clock: Clock, ms: number, act: () => void): (() => void) => {
  let stop = (): void => undefined;
  const wait = (left: number): void => {
    if (left) stop = clock.after(ms / parts, () => wait(left - 1));
    else act();
  };
  wait(parts);
  return () => stop();
};

/** The promise, or a rejection when it takes longer while the page runs: some browsers hang for ever. */
export const within = <T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = afterAwake(clock, ms, () => reject(new Error(`the storage did not answer within ${ms} ms`)));
    promise.then(resolve, reject).finally(stop);
  });
