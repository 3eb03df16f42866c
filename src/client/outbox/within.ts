import type { Clock } from "../../core/ports.ts";

/** The promise, or a rejection when it takes longer: some browsers hang for ever. */
export const within = <T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = clock.after(ms, () => reject(new Error(`the storage did not answer within ${ms} ms`)));
    promise.then(resolve, reject).finally(stop);
  });
