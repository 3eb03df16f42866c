import type { PageWorld } from "./loadPage.ts";
import { createOrigin, type Origin, type OriginLacks } from "./origin.ts";
import { createProfile, createTabMemory, type Profile, type TabMemory } from "./outboxStorage.ts";
import { createTab, type Tab, type TabOptionsOf } from "./tab.ts";

/** Tabs of one origin: they share locks, a bus and storage, with the quirks of today's Chromium. */
export interface Browser {
  readonly openTab: (options?: TabOptionsOf) => Tab;
  /** Every tab opened so far. */
  readonly tabs: readonly Tab[];
  readonly origin: Pick<Origin, "holders">;
  /** What outlives its pages. */
  readonly profile: Profile;
  /** A second tab like this one: its options unless others are given, and a copy of its session storage. */
  readonly duplicate: (tab: Tab, options?: TabOptionsOf) => Tab;
  /** Every tab crashes at once. What was committed to storage stays; `tab.reload()` reopens one. */
  readonly kill: () => void;
}

export const createBrowser = (
  world: Omit<PageWorld, "origin" | "profile" | "memory"> & {
    /** A fresh name of the world. */ readonly nextName: () => string;
    readonly lacks?: OriginLacks | undefined;
    readonly opened: (tab: Tab) => void;
  },
): Browser => {
  const origin = createOrigin(world.clock, world.lacks);
  const profile = createProfile(world.clock);
  const tabs: Tab[] = [];
  const made = new Map<Tab, { readonly options: TabOptionsOf; readonly memory: TabMemory }>();

  const openTab = (options: TabOptionsOf = {}, memory = createTabMemory()): Tab => {
    const tab = createTab(world.nextName(), { ...world, origin, profile, memory }, options);
    tabs.push(tab);
    made.set(tab, { options, memory });
    world.opened(tab);
    return tab;
  };

  return {
    openTab: (options) => openTab(options),
    tabs,
    origin,
    profile,
    duplicate: (tab, other) => {
      const { options, memory } = made.get(tab) ?? {};
      return openTab(other ?? options, memory?.duplicate());
    },
    kill: () => {
      // The lock manager dies with it.
      for (const { boots } of tabs) for (const boot of boots) boot.end(0);
      for (const tab of tabs) tab.crash();
    },
  };
};
