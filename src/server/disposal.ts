/** What must be undone when a connection ends: each once, in reverse order, whatever the others throw. */
export interface Disposal {
  readonly add: (undo: () => void) => void;
  readonly run: () => void;
}

export function createDisposal(onError: (error: unknown) => void): Disposal {
  let undos: (() => void)[] | undefined = [];
  const attempt = (undo: () => void) => {
    try {
      undo();
    } catch (error) {
      onError(error);
    }
  };
  return {
    add: (undo) => {
      if (undos) undos.push(undo);
      else attempt(undo);
    },
    run: () => {
      const list = undos ?? [];
      undos = undefined;
      for (const undo of list.reverse()) attempt(undo);
    },
  };
}
