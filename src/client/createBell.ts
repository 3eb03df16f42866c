import type { Clock } from "../core/ports.ts";
import type { Pace } from "./ResilientClient.ts";

export interface Bell {
  readonly ring: () => void;
  /** What was rung for a later time is heard now. */
  readonly hurry: () => void;
  /** Nothing is heard any more, whoever rings. */
  readonly stop: () => void;
}

/** Calls `ready` whenever it is rung; with a pace, once for all that rang since the last time. */
export const createBell = ({ after, frame }: Clock, ready: () => void, pace?: Pace): Bell => {
  let cancel: (() => void) | undefined;
  let over = false;
  const run = (): void => {
    cancel = undefined;
    ready();
  };
  const wait = (): (() => void) => (pace === "frame" && frame ? frame(run) : after(0, run));
  return {
    ring: pace ? () => void (over || (cancel ??= wait())) : ready,
    hurry: () => {
      cancel?.();
      if (cancel) run();
    },
    stop: () => {
      over = true;
      cancel?.();
      cancel = undefined;
    },
  };
};
