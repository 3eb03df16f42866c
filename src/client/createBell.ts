import type { Clock } from "../core/ports.ts";
import type { Pace } from "./ResilientClient.ts";

export interface Bell {
  readonly ring: () => void;
  readonly stop: () => void;
}

/** Calls `ready` whenever it is rung; with a pace, once for all that rang since the last time. */
export const createBell = ({ after, frame }: Clock, ready: () => void, pace?: Pace): Bell => {
  let cancel: (() => void) | undefined;
  const run = (): void => {
    cancel = undefined;
    ready();
  };
  const stop = (): void => {
    cancel?.();
    cancel = undefined;
  };
  const wait = (): (() => void) => (pace === "frame" && frame ? frame(run) : after(0, run));
  return { ring: pace ? () => void (cancel ??= wait()) : ready, stop };
};
