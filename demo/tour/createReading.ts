/** Long enough to read a text, not in a hurry (200 words a minute), and to find what it is about. */
export const readingMs = ({ length }: string): number => 2_500 + length * 52;

export interface Reading {
  /** Resolves when the text is read, or when the visitor goes on; rejects with the signal. */
  readonly read: (text: string, signal: AbortSignal) => Promise<void>;
  readonly next: () => void;
  /** While it is paused only the visitor goes on. Afterwards the text has its whole time again. */
  readonly pause: (paused: boolean) => void;
  readonly isPaused: () => boolean;
}

export const createReading = (): Reading => {
  let paused = false;
  let page: { readonly text: string; readonly turn: () => void } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const arm = (): void => {
    clearTimeout(timer);
    if (page && !paused) timer = setTimeout(page.turn, readingMs(page.text));
  };
  return {
    read: (text, signal) =>
      new Promise((resolve, reject) => {
        const close = (then: () => void) => (): void => {
          clearTimeout(timer);
          page = undefined;
          then();
        };
        const abort = close(() => reject(signal.reason as Error));
        const turn = close(() => {
          signal.removeEventListener("abort", abort);
          resolve();
        });
        signal.addEventListener("abort", abort, { once: true });
        page = { text, turn };
        arm();
      }),
    next: () => page?.turn(),
    pause: (now) => {
      paused = now;
      arm();
    },
    isPaused: () => paused,
  };
};
