import type { Locks } from "../../core/ports/tabPorts.ts";

/** Web Locks; undefined where there are none (plain http, file:// in some browsers). An opaque frame has them and denies them at the first use. */
export const webLocks = (): Locks | undefined => {
  const { locks } = navigator as Partial<Navigator>;
  if (!locks) return undefined;
  return {
    hold: (name, how, { granted, lost, failed }) => {
      const queue = new AbortController();
      let release: (() => void) | undefined;
      let isOver = false;
      // `steal` takes no signal: what is given up before its grant is let go at the grant.
      const options = how === "steal" ? { steal: true } : { signal: queue.signal };
      const held = async (): Promise<void> => {
        if (isOver) return;
        const released = new Promise<void>((resolve) => (release = resolve));
        granted();
        await released;
      };
      const end = (error: unknown): void => {
        if (isOver) return;
        isOver = true;
        if (release) lost();
        else failed(error);
      };
      // In a function of its own: a denial may be thrown as well as rejected with.
      (async () => locks.request(name, options, held))().catch(end);
      return () => {
        isOver = true;
        queue.abort();
        release?.();
      };
    },
    isHeld: async (name) => ((await locks.query()).held ?? []).some((lock) => lock.name === name),
  };
};
