/** Calls each listener; one that throws is reported and does not keep the others from hearing. */
export const notifyAll = <A extends readonly unknown[]>(
  listeners: Iterable<(...args: A) => void>,
  report: (error: unknown) => void,
  ...args: A
): void => {
  for (const listener of [...listeners])
    try {
      listener(...args);
    } catch (error) {
      report(error);
    }
};
