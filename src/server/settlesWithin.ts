import type { Clock } from "../core/ports.ts";
import { describeError } from "../core/describeError.ts";

/** The value, or undefined after `ms`. A late rejection is swallowed; an early one is passed on. */
export function settlesWithin<T>(clock: Clock, ms: number, task: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(undefined));
    task.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error instanceof Error ? error : new Error(describeError(error)));
      },
    );
  });
}
