import type { Clock } from "../core/ports.ts";

/** What is thrown by a timer or a promise nobody awaits would end the process, and every connection with it. */
export const containedClock = (clock: Clock, onError: (error: unknown) => void): Clock => ({
  ...clock,
  after: (delayMs, task) => clock.after(delayMs, () => contain(task, onError)),
  soon: (task) => clock.soon(() => contain(task, onError)),
});

export function contain(task: () => void, onError: (error: unknown) => void): void {
  try {
    task();
  } catch (error) {
    onError(error);
  }
}
