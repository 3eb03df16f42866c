import type { TabPorts } from "../../core/ports/tabPorts.ts";
import { broadcastBus } from "./broadcastBus.ts";
import { indexedDbTerms } from "./indexedDbTerms.ts";
import { messageTask } from "./messageTask.ts";
import { storageBus } from "./storageBus.ts";
import { webLocks } from "./webLocks.ts";

/** What a page or worker shares with the others of its origin; undefined elsewhere (Node). Touches nothing until it is used. */
export const browserTabs = (): TabPorts | undefined =>
  typeof document === "undefined" && !("WorkerGlobalScope" in globalThis)
    ? undefined
    : {
        locks: webLocks(),
        bus: broadcastBus(),
        storageBus: storageBus(),
        terms: indexedDbTerms,
        task: messageTask(),
      };
