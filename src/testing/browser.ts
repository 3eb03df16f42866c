import type { PageWorld } from "./loadPage.ts";
import { createOrigin, type Origin } from "./origin.ts";
import { createTab, type Tab, type TabOptions } from "./tab.ts";

/** Tabs of one origin: they share locks, a bus and storage, with the quirks of today's Chromium. */
export interface Browser {
  readonly openTab: (options?: TabOptions) => Tab;
  /** Every tab opened so far. */
  readonly tabs: readonly Tab[];
  readonly origin: Pick<Origin, "holders">;
  /** A second tab like this one: the same options, and a copy of its session storage. */
  readonly duplicate: (tab: Tab) => Tab;
  /** Every tab crashes at once. What was committed to storage stays; `tab.reload()` reopens one. */
  readonly kill: () => void;
}

export const createBrowser = (
  world: Omit<PageWorld, "origin"> & {
    /** A fresh name of the world. */ readonly nextName: () => string;
    readonly opened: (tab: Tab) => void;
  },
): Browser => {
  const origin = createOrigin(world.clock);
  const tabs: Tab[] = [];
  const made = new Map<Tab, TabOptions>();

  const openTab = (options: TabOptions = {}): Tab => {
    const tab = createTab(world.nextName(), { ...world, origin }, options);
    tabs.push(tab);
    made.set(tab, options);
    world.opened(tab);
    return tab;
  };

  return {
    openTab,
    tabs,
    origin,
    duplicate: (tab) => openTab(made.get(tab)),
    kill: () => {
      // The lock manager dies with it.
      for (const { boots } of tabs) for (const boot of boots) boot.end(0);
      for (const tab of tabs) tab.crash();
    },
  };
};
