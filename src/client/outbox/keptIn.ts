import type { OpenOutboxStorage } from "../../core/ports/outboxStorage.ts";
import { createKeeper } from "./createKeeper.ts";
import type { OutboxStorageFeature } from "./keeper.ts";

/** A storage of your own for `outbox.storage`. */
export const keptIn =
  (open: OpenOutboxStorage): OutboxStorageFeature =>
  (host) =>
    createKeeper(host, open);
