import type { Clock } from "../core/ports.ts";
import { systemClock } from "../platform/systemClock.ts";
import { deviceClock, type DeviceClock } from "./deviceClock.ts";
import { createTimerQueue } from "./timerQueue.ts";

/** Time that moves only when told. Timers fire in order of due time, then of arrival; promises run dry between two timers. */
export interface VirtualClock extends Clock {
  /** Lets `ms` pass. A task that throws makes it reject. */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets time pass, timer by timer, until the condition holds; false when it did not within `withinMs` (default 60 000). */
  readonly runUntil: (condition: () => boolean, withinMs?: number) => Promise<boolean>;
  /** Runs the next timer if it is due within `withinMs`; false when none is. */
  readonly step: (withinMs?: number) => Promise<boolean>;
  /** Runs promises dry; no time passes. */
  readonly settle: () => Promise<void>;
  /** Time leaps and nothing fires on the way, as after a sleep: what is overdue fires at the next `advance`. */
  readonly jump: (ms: number) => void;
  /** Timers that wait, of all devices. */
  readonly timers: () => number;
  /** The clock of one page or process: its own origin and wall, freezable, throttled, stoppable. */
  readonly device: (options?: { readonly originMs?: number }) => DeviceClock;
}

const newYear2030 = 1_893_456_000_000;

/** When the time of a test begins, and what counts as one turn of the event loop. */
export interface VirtualClockOptions {
  /** Wall clock at the start, Unix ms. Default 2030-01-01. */
  readonly wallMs?: number | undefined;
  /** Resolves once all promises have run dry. Default: a MessageChannel task, a timer where there is none. */
  readonly turn?: (() => Promise<void>) | undefined;
}

/** A timer that sets itself for now would hold `advance` for ever. */
const maxTasksAtOnce = 100_000;

interface Turns {
  readonly turn: () => Promise<void>;
  /** While held, the channel keeps the process alive. */
  readonly hold: () => void;
  readonly release: () => void;
}

/** Jest's jsdom has no MessageChannel; timers are slower, and must be real ones. */
const timerTurn = (): Promise<void> => new Promise((done) => void systemClock.after(0, done));

/** A task of its own is the only portable way to know that no promise is left to run. */
const messageTurns = (): Turns => {
  const { port1, port2 } = new MessageChannel();
  // Only Node has them: an open port would keep the process alive.
  const port = port1 as MessagePort & { ref?: () => void; unref?: () => void };
  let resolve: () => void = () => undefined;
  port1.onmessage = () => resolve();
  port.unref?.();
  return {
    turn: () =>
      new Promise<void>((done) => {
        resolve = done;
        port2.postMessage(null);
      }),
    hold: () => port.ref?.(),
    release: () => port.unref?.(),
  };
};

const plainTurns = (turn: () => Promise<void>): Turns => ({
  turn,
  hold: () => undefined,
  release: () => undefined,
});

const tasksOfThisPlace = (): Turns =>
  typeof MessageChannel === "undefined" ? plainTurns(timerTurn) : messageTurns();

/** Time that stands still unless it is moved. */
export const virtualClock = (options: VirtualClockOptions = {}): VirtualClock => {
  const { wallMs: wallOrigin = newYear2030 } = options;
  const queue = createTimerQueue();
  const devices = new Set<DeviceClock>();
  let turns: Turns | undefined;
  let now = 0;
  let own = 0;
  let busy = false;
  /** Timers that fired since time last moved. */
  let idle = 0;

  const exclusively = async <T>(run: (turn: () => Promise<void>) => Promise<T>): Promise<T> => {
    if (busy) throw new Error("the clock is already being moved: await the other call first");
    turns ??= options.turn ? plainTurns(options.turn) : tasksOfThisPlace();
    busy = true;
    turns.hold();
    try {
      await turns.turn();
      return await run(turns.turn);
    } finally {
      busy = false;
      turns.release();
    }
  };

  /** Runs the next timer if it is due by then. */
  const fire = async (until: number, turn: () => Promise<void>): Promise<boolean> => {
    const next = queue.peek();
    if (!next || next.dueAt > until) return false;
    queue.pop();
    idle = next.dueAt > now ? 0 : idle + 1;
    if (idle > maxTasksAtOnce) throw new Error(`time does not move: ${idle} timers at ${now} ms`);
    now = Math.max(now, next.dueAt);
    next.task();
    await turn();
    return true;
  };

  const after = (delayMs: number, task: () => void): (() => void) => {
    own += 1;
    let live = true;
    const done = (): void => {
      if (live) own -= 1;
      live = false;
    };
    const entry = queue.push(now + Math.max(0, delayMs), () => {
      done();
      task();
    });
    return () => {
      done();
      entry.cancelled = true;
    };
  };

  const clock: VirtualClock = {
    nowMs: () => now,
    wallMs: () => wallOrigin + now,
    after,
    soon: (task) => void Promise.resolve().then(task),
    advance: (ms) =>
      exclusively(async (turn) => {
        const until = now + ms;
        while (await fire(until, turn));
        now = Math.max(now, until);
      }),
    runUntil: (condition, withinMs = 60_000) =>
      exclusively(async (turn) => {
        const until = now + withinMs;
        while (!condition()) if (!(await fire(until, turn))) return condition();
        return true;
      }),
    step: (withinMs = Infinity) => exclusively((turn) => fire(now + withinMs, turn)),
    settle: () => exclusively(async () => undefined),
    jump: (ms) => {
      now += ms;
    },
    timers: () => [...devices].reduce((sum, device) => sum + device.timers(), own),
    device: (deviceOptions = {}) => {
      const device = deviceClock({
        nowMs: () => now,
        wallMs: () => wallOrigin + now,
        at: (dueAt, task) => {
          const entry = queue.push(dueAt, task);
          return () => (entry.cancelled = true);
        },
        originMs: deviceOptions.originMs ?? 0,
      });
      devices.add(device);
      return device;
    },
  };
  return clock;
};
