/** Holds what passes until it is opened: how messages stay unsettled for as long as a test wants. */
export interface Gate {
  readonly shut: () => void;
  readonly open: () => void;
  readonly passed: () => Promise<void> | undefined;
  /** How many stand before it. */
  readonly waiting: () => number;
}

export const createGate = (): Gate => {
  let isShut = false;
  let waiting: (() => void)[] = [];
  return {
    shut: () => void (isShut = true),
    open: () => {
      isShut = false;
      const freed = waiting;
      waiting = [];
      for (const pass of freed) pass();
    },
    passed: () => (isShut ? new Promise<void>((pass) => waiting.push(pass)) : undefined),
    waiting: () => waiting.length,
  };
};
