import type { Clock } from "../core/ports.ts";

/** The clock of one page or process in the simulated world. */
export interface DeviceClock extends Clock {
  /** Timers and deliveries wait until `thaw`, as in a frozen page; what is given to `hear` still runs. */
  readonly freeze: () => void;
  /** Nothing at all runs until `thaw`, as in a page whose thread is stuck, or a stopped process. */
  readonly hang: () => void;
  /** What waited runs, in order. */
  readonly thaw: () => void;
  /** Timers fire only at multiples of this, as in a hidden page; a function is asked each time; null: at once. */
  readonly throttle: (gridMs: number | (() => number) | null) => void;
  /** Moves the wall clock; monotonic time is not touched. */
  readonly shiftWall: (ms: number) => void;
  /** The page or process is gone: nothing of it runs any more. */
  readonly stop: () => void;
  /** Runs a task of the outside (a delivery) in this device's turn: now, when thawed, or never. */
  readonly run: (task: () => void) => void;
  /** As `run`, but a frozen page does it too: the handler of a BroadcastChannel. */
  readonly hear: (task: () => void) => void;
  /** Timers that wait. */
  readonly timers: () => number;
  /** Tasks that wait for it to run: what a browser keeps in memory for a page that does not. */
  readonly held: () => number;
  /** Frozen or hung. */
  readonly frozen: () => boolean;
}

export interface DeviceRoot {
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  readonly at: (dueAt: number, task: () => void) => () => void;
  readonly originMs: number;
}

/** Sixty paints a second. */
const frameMs = 1_000 / 60;

export const deviceClock = (root: DeviceRoot): DeviceClock => {
  let held: (() => void)[] = [];
  let state: "running" | "frozen" | "hung" | "stopped" = "running";
  let grid: (() => number) | null = null;
  let wallShift = 0;
  let live = 0;

  const run = (task: () => void): void => {
    if (state === "running" && held.length === 0) task();
    else if (state !== "stopped") held.push(task);
  };

  /** One by one, so that promises run dry in between. */
  const drain = (): void => {
    if (state !== "running") return;
    const task = held.shift();
    if (held.length > 0) root.at(root.nowMs(), drain);
    task?.();
  };

  const after = (delayMs: number, task: () => void): (() => void) => {
    let waiting = state !== "stopped";
    if (!waiting) return () => undefined;
    live += 1;
    const done = (): boolean => {
      const was = waiting;
      if (was) live -= 1;
      waiting = false;
      return was;
    };
    const ring = (): void =>
      run(() => {
        const gridMs = grid?.() ?? 0;
        const late = gridMs > 0 ? (gridMs - (root.nowMs() % gridMs)) % gridMs : 0;
        if (late > 0 && waiting) cancel = root.at(root.nowMs() + late, ring);
        else if (done()) task();
      });
    let cancel = root.at(root.nowMs() + Math.max(0, delayMs), ring);
    return () => {
      if (done()) cancel();
    };
  };

  return {
    nowMs: () => root.nowMs() + root.originMs,
    wallMs: () => root.wallMs() + wallShift,
    after,
    soon: (task) =>
      void Promise.resolve().then(() => {
        if (state !== "stopped") task();
      }),
    frame: (task) => after(frameMs, task),
    run,
    hear: (task) => {
      if (state === "frozen") task();
      else run(task);
    },
    freeze: () => {
      if (state === "running") state = "frozen";
    },
    hang: () => {
      if (state === "running") state = "hung";
    },
    thaw: () => {
      if (state !== "frozen" && state !== "hung") return;
      state = "running";
      root.at(root.nowMs(), drain);
    },
    throttle: (gridMs) => {
      grid = typeof gridMs === "number" ? () => gridMs : gridMs;
    },
    shiftWall: (ms) => {
      wallShift += ms;
    },
    stop: () => {
      state = "stopped";
      held = [];
      live = 0;
    },
    timers: () => live,
    held: () => held.length,
    frozen: () => state === "frozen" || state === "hung",
  };
};
