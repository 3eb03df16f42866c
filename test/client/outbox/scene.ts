import type { LogEvent } from "../../../src/server/store/LogStore.ts";
import type { Browser } from "../../../src/testing/browser.ts";
import { createWorld, type World, type WorldOptions } from "../../../src/testing/createWorld.ts";
import type { OriginLacks } from "../../../src/testing/origin.ts";
import type { Tab, TabOptions } from "../../../src/testing/tab.ts";

/** Each tab with a connection of its own: what is looked at is the storage. */
export const ada: TabOptions = { durable: true, identity: "ada", tabs: { election: "solo" } };

export interface Scene {
  readonly world: World;
  readonly browser: Browser;
  readonly tab: Tab;
  /** What was appended, in order. */
  readonly log: (channel?: string) => unknown[];
  readonly stored: Browser["profile"]["stored"];
  /** The settlements of the page that the tab shows now. */
  readonly ends: () => string[];
}

export const scene = (
  tabOptions: TabOptions = {},
  options: WorldOptions = {},
  lacks?: OriginLacks,
): Scene => {
  const world = createWorld(options);
  const browser = world.openBrowser(lacks);
  const tab = browser.openTab({ ...ada, ...tabOptions });
  const events: LogEvent[] = [];
  world.store.onCommit((committed) => events.push(...committed));
  return {
    world,
    browser,
    tab,
    log: (channel = "c") =>
      events.filter((event) => event.channel === channel).map(({ d }) => JSON.parse(d) as unknown),
    stored: browser.profile.stored,
    ends: () => tab.record.settled.map(({ settlement }) => settlement.kind),
  };
};

/** Connected, and everything is at rest. */
export const online = async (tabOptions: TabOptions = {}, options: WorldOptions = {}): Promise<Scene> => {
  const one = scene(tabOptions, options);
  one.tab.connect();
  await one.world.advance(1_000);
  return one;
};

export const send = (tab: Pick<Tab, "send">, ...payloads: readonly unknown[]) =>
  payloads.map((payload) => tab.send(payload, { channel: "c" }));
