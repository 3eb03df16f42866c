import type { IndexedDbOptions } from "./options.ts";
import type { OpenOutboxStorage, OutboxStorage } from "../../core/ports/outboxStorage.ts";

/** A browser that does not answer in this time will not: some builds hang for ever. */
const openWithinMs = 1_000;

/** The outbox in IndexedDB: messages outlive a reload, a crash, a closed browser. Its code is loaded when it is first used. */
export const indexedDB =
  (options: IndexedDbOptions = {}): OpenOutboxStorage =>
  (scope, lost) =>
    new Promise<OutboxStorage>((resolve, reject) => {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        reject(new Error(`IndexedDB did not open within ${openWithinMs} ms`));
      }, openWithinMs);
      import("./openOutbox.ts")
        .then(({ openOutbox }) => openOutbox({ ...options, scope, lost }))
        .then((storage) => (isLate ? storage.close() : resolve(storage)), reject)
        .finally(() => clearTimeout(timer));
    });
