import type { Clock } from "../core/ports.ts";
import type { SeededDice } from "./seededDice.ts";

/** What a path through the network does to bytes. */
export interface Link {
  /** One way, in ms. */
  readonly latencyMs: number;
  /** Uniform extra per message, in ms; order is kept. */
  readonly jitterMs: number;
  /** Undefined: unlimited. */
  readonly bytesPerSecond?: number | undefined;
}

/** One direction of a connection: a stream that keeps order, like TCP. */
export interface Pipe<T> {
  readonly send: (item: T, bytes: number) => void;
  /** Nothing arrives until `resume`; nothing is lost, as with TCP behind a black hole. */
  readonly stall: () => void;
  readonly resume: () => void;
  /** What is under way is lost. */
  readonly drop: () => void;
  /** Bytes that have not left the sender. */
  readonly bufferedBytes: () => number;
  readonly underWay: () => number;
}

interface Item<T> {
  readonly value: T;
  readonly bytes: number;
  readonly leavesAt: number;
  arrivesAt: number;
}

export const createPipe = <T>(options: {
  readonly clock: Clock;
  readonly dice: SeededDice;
  readonly link: () => Link;
  readonly deliver: (value: T) => void;
}): Pipe<T> => {
  const { clock, dice, link, deliver } = options;
  let queue: Item<T>[] = [];
  let stalled = false;
  let cancel: (() => void) | null = null;
  let leftAt = 0;
  let arrivedAt = 0;

  const arrive = (): void => {
    cancel = null;
    const item = queue.shift();
    watch();
    if (item) deliver(item.value);
  };

  const watch = (): void => {
    const head = queue[0];
    if (head && !stalled && !cancel) cancel = clock.after(head.arrivesAt - clock.nowMs(), arrive);
  };

  const unwatch = (): void => {
    cancel?.();
    cancel = null;
  };

  return {
    send: (value, bytes) => {
      const { latencyMs, jitterMs, bytesPerSecond } = link();
      const wireMs = bytesPerSecond === undefined ? 0 : (bytes * 1_000) / bytesPerSecond;
      leftAt = Math.max(leftAt, clock.nowMs()) + wireMs;
      arrivedAt = Math.max(arrivedAt, leftAt + latencyMs + (jitterMs > 0 ? jitterMs * dice.roll() : 0));
      queue.push({ value, bytes, leavesAt: leftAt, arrivesAt: arrivedAt });
      watch();
    },
    stall: () => {
      stalled = true;
      unwatch();
    },
    resume: () => {
      if (!stalled) return;
      stalled = false;
      const soonest = clock.nowMs() + link().latencyMs;
      for (const item of queue) item.arrivesAt = Math.max(item.arrivesAt, soonest);
      arrivedAt = Math.max(arrivedAt, soonest);
      watch();
    },
    drop: () => {
      queue = [];
      unwatch();
    },
    bufferedBytes: () =>
      queue.reduce((sum, item) => (stalled || item.leavesAt > clock.nowMs() ? sum + item.bytes : sum), 0),
    underWay: () => queue.length,
  };
};
