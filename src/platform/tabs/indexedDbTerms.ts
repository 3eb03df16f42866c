import type { GroupTerm, Terms } from "../../core/ports/tabPorts.ts";

const database = "resilient-socket-terms";
const store = "terms";
/** A browser that does not answer must not hold up who has the lock. */
const withinMs = 1_000;

/** What somebody else wrote there counts as nothing. */
const readTerm = (stored: unknown): GroupTerm | undefined => {
  const { group, term } = Object(stored) as Record<string, unknown>;
  return typeof group === "string" && Number.isSafeInteger(term) ? (stored as GroupTerm) : undefined;
};

const open = (): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB does not open"));
  });

const next = (db: IDBDatabase, name: string, { group, term }: GroupTerm): Promise<GroupTerm> =>
  new Promise((resolve, reject) => {
    const transaction = db.transaction(store, "readwrite");
    const terms = transaction.objectStore(store);
    const request = terms.get(name) as IDBRequest<unknown>;
    let taken: GroupTerm;
    request.onsuccess = () => {
      const known = readTerm(request.result);
      taken = { group: known?.group ?? group, term: Math.max(known?.term ?? 0, term) + 1 };
      terms.put(taken, name);
    };
    // A `put` that is not awaited to the end may be lost with the tab.
    transaction.oncomplete = () => resolve(taken);
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
  });

/** Rejects where there is no storage, or when it does not answer within a second: group and term live on the bus then. */
export const indexedDbTerms: Terms = {
  take: (name, atLeast, orGroup) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("IndexedDB does not answer")), withinMs);
      void (async () => {
        const db = await open();
        // Open for this only: neither an upgrade nor the back/forward cache ever waits for it.
        try {
          return await next(db, name, { group: orGroup, term: atLeast });
        } finally {
          db.close();
        }
      })()
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    }),
};
