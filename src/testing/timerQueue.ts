/** A task waiting for its time. */
export interface TimerEntry {
  dueAt: number;
  /** Ties are broken by order of arrival. */
  readonly order: number;
  readonly task: () => void;
  cancelled: boolean;
}

const before = (a: TimerEntry, b: TimerEntry): boolean =>
  a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);

/** A binary heap by due time, then by order of arrival; cancelled entries are dropped when they surface. */
export interface TimerQueue {
  readonly push: (dueAt: number, task: () => void) => TimerEntry;
  /** The next live entry, left in place. */
  readonly peek: () => TimerEntry | undefined;
  readonly pop: () => TimerEntry | undefined;
}

/** Due times per ms. A delay of a rounding error still moves time, so that "not yet" cannot repeat for ever. */
const grid = 1_024;

export const createTimerQueue = (): TimerQueue => {
  const heap: TimerEntry[] = [];
  let orders = 0;

  const swap = (i: number, j: number): void => {
    const held = heap[i]!;
    heap[i] = heap[j]!;
    heap[j] = held;
  };

  const up = (from: number): void => {
    for (let i = from; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!before(heap[i]!, heap[parent]!)) return;
      swap(i, parent);
      i = parent;
    }
  };

  const down = (): void => {
    for (let i = 0; ;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < heap.length && before(heap[child]!, heap[least]!)) least = child;
      if (least === i) return;
      swap(i, least);
      i = least;
    }
  };

  const take = (): TimerEntry | undefined => {
    const top = heap[0];
    const last = heap.pop();
    if (top && last && top !== last) {
      heap[0] = last;
      down();
    }
    return top;
  };

  const peek = (): TimerEntry | undefined => {
    while (heap[0]?.cancelled) take();
    return heap[0];
  };

  return {
    push: (at, task) => {
      const dueAt = Math.ceil(at * grid) / grid;
      const entry: TimerEntry = { dueAt, order: orders++, task, cancelled: false };
      heap.push(entry);
      up(heap.length - 1);
      return entry;
    },
    peek,
    pop: () => {
      peek();
      return take();
    },
  };
};
