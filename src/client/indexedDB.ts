import type { IndexedDbOptions } from "../platform/indexedDb/options.ts";
import type { OutboxStorageFeature } from "./outbox/keeper.ts";

/** The outbox in IndexedDB: messages outlive a reload, a crash, a closed browser. Its code is loaded when it is first used. */
export const indexedDB =
  (options: IndexedDbOptions = {}): OutboxStorageFeature =>
  async (host) => {
    const [{ createKeeper }, { openOutbox }] = await Promise.all([
      import("./outbox/createKeeper.ts"),
      import("../platform/indexedDb/openOutbox.ts"),
    ]);
    return createKeeper(host, (scope, lost) => openOutbox({ ...options, scope, lost }));
  };
