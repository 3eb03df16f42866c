import {
  createWorld,
  type Browser,
  type Tab,
  type TabOptions,
  type World,
  type WorldOptions,
} from "resilient-socket/testing";
import { policies, type Controls } from "./controls.ts";

export interface StageClock {
  readonly nowMs: number;
  readonly running: boolean;
  /** Virtual ms per real ms. */
  readonly speed: number;
}

/** A simulated world that a reader watches and a play function moves. */
export interface Stage {
  readonly world: World;
  /** A tab with a connection of its own. */
  readonly openTab: (options?: TabOptions) => Tab;
  /** Tabs that share a connection. */
  readonly openBrowser: () => Browser;
  /** Lets virtual time pass; from then on it moves only when told. */
  readonly advance: (ms: number) => Promise<void>;
  /** As `advance`, up to a condition; throws when it does not come. */
  readonly until: (condition: () => boolean, withinMs?: number) => Promise<void>;
  readonly run: (speed?: number) => void;
  readonly pause: () => void;
  readonly tune: (controls: Controls) => void;
  /** What moved: read the world after it. */
  readonly subscribe: (listener: () => void) => () => void;
  readonly clock: () => StageClock;
}

/** A tab that was in the background catches up this much at most, in real ms. */
const longestBeatMs = 100;

export const createStage = (first: Controls, options: WorldOptions = {}): Stage => {
  let controls = first;
  const world = createWorld({
    ...options,
    latencyMs: first.latencyMs,
    jitterMs: first.jitterMs,
    fanOutLoss: () => controls.loss,
  });
  const dice = world.dice.fork("cuts");
  const listeners = new Set<() => void>();
  let clock: StageClock = { nowMs: 0, running: false, speed: 1 };
  let moving: Promise<unknown> = Promise.resolve();
  let stop: (() => void) | undefined;

  const tell = (change: Partial<StageClock> = {}): void => {
    clock = { ...clock, ...change, nowMs: world.clock.nowMs() };
    for (const listener of [...listeners]) listener();
  };
  const inTurn = <T>(move: () => Promise<T>): Promise<T> => {
    const moved = moving.then(move, move);
    moving = moved.then(
      () => tell(),
      () => tell(),
    );
    return moved.then((value) => moving.then(() => value));
  };

  const pause = (): void => {
    stop?.();
    stop = undefined;
    if (clock.running) tell({ running: false });
  };
  const run = (speed = clock.speed): void => {
    pause();
    let frame = 0;
    let lastMs = performance.now();
    const beat = (): void => {
      const nowMs = performance.now();
      const passedMs = Math.min(nowMs - lastMs, longestBeatMs) * speed;
      lastMs = nowMs;
      void inTurn(() => world.advance(passedMs)).then(() => {
        if (clock.running) frame = requestAnimationFrame(beat);
      });
    };
    stop = () => cancelAnimationFrame(frame);
    tell({ running: true, speed });
    beat();
  };

  const secondly = (): void => {
    if (dice.chance(controls.cutsPerMinute / 60)) world.network.cut();
    world.clock.after(1_000, secondly);
  };
  world.clock.after(1_000, secondly);

  const live = (given: TabOptions = {}): TabOptions => ({
    ...given,
    backoff: { policy: (input) => policies[controls.backoff](input), ...given.backoff },
  });

  return {
    world,
    openTab: (given) => world.openTab(live(given)),
    openBrowser: () => {
      const browser = world.openBrowser();
      return {
        ...browser,
        openTab: (given = {}) =>
          browser.openTab((boot) => live(typeof given === "function" ? given(boot) : given)),
      };
    },
    advance: (ms) => {
      pause();
      return inTurn(() => world.advance(ms));
    },
    until: async (condition, withinMs) => {
      pause();
      if (!(await inTurn(() => world.runUntil(condition, withinMs))))
        throw new Error(`it did not come to that: ${String(condition)}`);
    },
    run,
    pause,
    tune: (next) => {
      controls = next;
      world.network.shape({ latencyMs: next.latencyMs, jitterMs: next.jitterMs });
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    clock: () => clock,
  };
};
