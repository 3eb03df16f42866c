import type { TabPorts } from "../../core/ports/tabPorts.ts";
import { broadcastBus } from "./broadcastBus.ts";
import { indexedDbTerms } from "./indexedDbTerms.ts";
import { messageTask } from "./messageTask.ts";
import { storageBus } from "./storageBus.ts";
import { webLocks } from "./webLocks.ts";

/** A page of jsdom too: it has Node's channels, but no other tabs. */
const isNode = (): boolean => {
  const { process } = globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } };
  return !!process?.versions?.node;
};

/** What a page or worker shares with the others of its origin; undefined in Node. Touches nothing until it is used. */
export const browserTabs = (): TabPorts | undefined =>
  isNode()
    ? undefined
    : {
        locks: webLocks(),
        bus: broadcastBus(),
        storageBus: storageBus(),
        terms: indexedDbTerms,
        task: messageTask(),
      };
