import { createStore, type Store } from "../store.ts";
import { createReading } from "./createReading.ts";
import type { Break, Step } from "./steps.ts";

export type TourState =
  | { readonly name: "off" }
  | {
      readonly name: "telling" | "breaking" | "told";
      readonly at: number;
      readonly step: Step;
      /** What became of it. */
      readonly result: string | undefined;
      /** It goes on when it is told to, not by itself. */
      readonly isPaused: boolean;
    }
  | { readonly name: "over" };

export interface Tour {
  readonly state: Store<TourState>;
  readonly start: () => void;
  /** Does not wait until it is read. */
  readonly next: () => void;
  /** Waits for the visitor, or no longer. */
  readonly pause: () => void;
  readonly stop: () => void;
}

export interface TourHost {
  readonly steps: readonly Step[];
  /** Puts before the visitor what the step is about. */
  readonly show: (step: Step) => void;
  /** Resolves when it is broken and whole again, with what became of it; rejects with the signal. */
  readonly perform: (what: Break, signal: AbortSignal) => Promise<string>;
  readonly ended: () => void;
}

/** Breaks one thing after the other and explains it; goes on by itself. */
export const createTour = ({ steps, show, perform, ended }: TourHost): Tour => {
  const state = createStore<TourState>({ name: "off" });
  const reading = createReading();
  let running: AbortController | undefined;

  const run = async (signal: AbortSignal): Promise<void> => {
    for (const [at, step] of steps.entries()) {
      const tell = (name: "telling" | "breaking" | "told", result?: string): void =>
        state.set({ name, at, step, result, isPaused: reading.isPaused() });
      show(step);
      tell("telling");
      await reading.read(step.text, signal);
      if (!step.breaks) continue;
      tell("breaking");
      const result = await perform(step.breaks, signal);
      signal.throwIfAborted();
      tell("told", result);
      await reading.read(result, signal);
    }
    state.set({ name: "over" });
  };

  const stop = (): void => {
    running?.abort(new Error("the tour was ended"));
    running = undefined;
    if (state.get().name === "off") return;
    state.set({ name: "off" });
    ended();
  };
  return {
    state,
    start: () => {
      running?.abort(new Error("the tour begins anew"));
      running = new AbortController();
      reading.pause(false);
      // Ended by the visitor: there is nobody to tell.
      run(running.signal).catch(() => undefined);
    },
    next: reading.next,
    pause: () => {
      const now = state.get();
      if (!("step" in now)) return;
      reading.pause(!now.isPaused);
      state.set({ ...now, isPaused: !now.isPaused });
    },
    stop,
  };
};
