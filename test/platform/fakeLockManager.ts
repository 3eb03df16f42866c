interface Wish {
  readonly name: string;
  readonly grant: () => void;
}

/** As https://www.w3.org/TR/web-locks/ says it, for exclusive locks of one page. */
export const fakeLockManager = (): LockManager => {
  const queue: Wish[] = [];
  const held = new Map<string, (error: unknown) => void>();

  const next = (): void => {
    for (const wish of [...queue]) {
      if (held.has(wish.name)) continue;
      queue.splice(queue.indexOf(wish), 1);
      wish.grant();
    }
  };

  const request = (name: string, { signal, steal }: LockOptions, run: () => Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      if (steal && signal) return reject(new DOMException("both", "NotSupportedError"));
      const wish: Wish = {
        name,
        grant: () => {
          held.set(name, reject);
          void Promise.resolve()
            .then(run)
            .then(resolve, reject)
            .finally(() => {
              if (held.get(name) === reject) held.delete(name);
              next();
            });
        },
      };
      if (steal) {
        held.get(name)?.(new DOMException("stolen", "AbortError"));
        held.delete(name);
        queue.unshift(wish);
      } else queue.push(wish);
      signal?.addEventListener("abort", () => {
        const at = queue.indexOf(wish);
        if (at < 0) return;
        queue.splice(at, 1);
        reject(signal.reason as Error);
      });
      queueMicrotask(next);
    });

  const query = async () => ({ held: [...held.keys()].map((name) => ({ name })), pending: [] });
  return { request, query } as unknown as LockManager;
};
