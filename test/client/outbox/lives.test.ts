import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredRow } from "../../../src/core/ports/outboxStorage.ts";
import type { Tab } from "../../../src/testing/tab.ts";
import { ada, scene, type Scene } from "./scene.ts";

const things = [
  "send",
  "send",
  "send",
  "reload",
  "crash",
  "cache",
  "back",
  "freeze",
  "duplicate",
  "server",
  "close",
  "cancel",
] as const;
type Act = readonly [what: (typeof things)[number], tab: number, waitMs: number];

/** Everything that was ever committed, and everything that was settled, of any page. */
const observe = ({ browser }: Scene) => {
  const committed = new Set<string>();
  browser.profile.onCommit((_, { rows = [] }) => rows.forEach(({ body }: StoredRow) => committed.add(body!)));
  return committed;
};

const live = async (one: Scene, story: readonly Act[]): Promise<void> => {
  const { world, browser } = one;
  let count = 0;
  for (const [what, at, waitMs] of story) {
    const tab = browser.tabs[at % browser.tabs.length] as Tab;
    const isShown = tab.boot.page.life() === "active";
    if (what === "send") {
      if (isShown) tab.send(`${tab.boot.id} ${++count}`, { channel: "c" });
    } else if (what === "reload") tab.reload().connect();
    else if (what === "crash") tab.crash();
    else if (what === "cache") tab.navigate("away");
    else if (what === "back") {
      tab.back();
      tab.connect();
    } else if (what === "freeze") {
      tab.freeze();
      await world.advance(waitMs);
      tab.resume();
    } else if (what === "duplicate") {
      if (browser.tabs.length < 3) browser.duplicate(tab).connect();
    } else if (what === "server") world.restartServer();
    else if (what === "cancel") {
      const [entry] = isShown ? tab.outbox.entries.get() : [];
      if (entry) tab.outbox.cancel(entry.id);
    } else browser.profile.closeAll();
    await world.advance(waitMs);
  }
  // Everybody is back, and what nobody came back for is adopted.
  for (const tab of browser.tabs) tab.reload().connect();
  await world.advance(400_000);
};

describe("lives of pages that store their outbox", () => {
  it("† append what was committed once, in order, and nothing that was not; then the storage is empty", async () => {
    const story = fc.array(
      fc.tuple(fc.constantFrom(...things), fc.nat(2), fc.constantFrom(0, 1, 3, 10, 40, 400, 5_000)),
      {
        maxLength: 25,
      },
    );
    const life = fc.asyncProperty(story, fc.nat(1e6), fc.boolean(), async (acts, seed, isShared) => {
      const one = scene(
        { ...ada, tabs: { election: isShared ? "auto" : "solo" } },
        { seed, latencyMs: 3, jitterMs: 4 },
      );
      const committed = observe(one);
      one.tab.connect();
      await live(one, acts);
      const log = one.log() as string[];
      expect(new Set(log).size, "once").toBe(log.length);
      // A page whose storage failed while it was opened says so, and sends from memory.
      const told = one.browser.tabs.flatMap(({ boots }) => boots.flatMap(({ record }) => record.errors));
      if (!told.length)
        for (const d of log) expect(committed.has(JSON.stringify(d)), `${d} was committed`).toBe(true);
      const senderOf = (d: string): string => d.slice(0, d.lastIndexOf(" "));
      for (const sender of new Set(log.map(senderOf))) {
        const numbers = log.filter((d) => senderOf(d) === sender).map((d) => Number(d.slice(sender.length)));
        expect(numbers, "in order").toEqual([...numbers].sort((a, b) => a - b));
      }
      if (!acts.some(([what]) => what === "cancel"))
        expect([...committed].filter((body) => !log.includes(JSON.parse(body) as string))).toEqual([]);
      expect(one.stored().rows).toEqual([]);
      await one.world.close();
    });
    await fc.assert(life, { numRuns: 120 });
  }, 120_000);
});
