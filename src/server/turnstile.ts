import type { Clock } from "../core/ports.ts";

/** So many at a time; the others wait in line, so many and so long. */
export interface Turnstile {
  /** Answers how to leave again, or undefined when the line is full or did not move in time. */
  readonly enter: () => Promise<(() => void) | undefined>;
  readonly waiting: () => number;
}

export interface TurnstileOptions {
  readonly clock: Pick<Clock, "after">;
  readonly places: number;
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
}

export function createTurnstile({ clock, places, maxWaiting, maxWaitMs }: TurnstileOptions): Turnstile {
  const line = new Set<(leave: (() => void) | undefined) => void>();
  let inside = 0;

  const leaveOnce = (): (() => void) => {
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      const [next] = line;
      if (next) next(leaveOnce());
      else inside--;
    };
  };

  return {
    waiting: () => line.size,
    enter: () => {
      if (inside < places) {
        inside++;
        return Promise.resolve(leaveOnce());
      }
      if (line.size >= maxWaiting) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const answer = (leave: (() => void) | undefined) => {
          line.delete(answer);
          cancel();
          resolve(leave);
        };
        const cancel = clock.after(maxWaitMs, () => answer(undefined));
        line.add(answer);
      });
    },
  };
}
