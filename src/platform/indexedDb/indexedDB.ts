import type { OpenOutboxStorage, OutboxStorage } from "../../core/outboxStorage.ts";

export interface IndexedDbOptions {
  /** `strict` survives a power cut, `relaxed` is faster. Default `strict`. https://www.w3.org/TR/IndexedDB/#transaction-durability-hint */
  readonly durability?: "strict" | "relaxed" | undefined;
  /** What is stored instead of the payload's JSON text: anything that can be cloned. Does not stop script in your page. */
  readonly encrypt?: ((body: string) => unknown) | undefined;
  /** Undoes `encrypt`. */
  readonly decrypt?: ((stored: unknown) => string | Promise<string>) | undefined;
}

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
