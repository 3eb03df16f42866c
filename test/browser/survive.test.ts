import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Tab } from "./cdp/tab.ts";
import { createStage, type Stage, transmitted, until } from "./tabs/createStage.ts";
import { depth } from "./tabs/depth.ts";
import { flawless, judge } from "./tabs/judge.ts";
import { story } from "./tabs/story.ts";

let stage: Stage;
/** The first database of a fresh profile on a busy machine takes longer than a client waits for one; its users opened it yesterday. */
const openDatabase = `new Promise((done) => {
  const opening = indexedDB.open("warm");
  opening.onsuccess = opening.onerror = () => done(true);
})`;
beforeEach(async () => {
  stage = await createStage({ page: { storage: "indexedDB", hears: ["up"] } });
  const before = await stage.open("before", { page: { storage: undefined } });
  await before.evaluate(openDatabase);
  await before.close();
});
afterEach(async ({ task }) => {
  if (task.result?.state === "fail") console.log(story(stage.records, stage.server.records, []));
  await stage?.close();
});

const connected = (name: string) =>
  until(`${name} connected`, () => stage.last("state", name)?.name === "connected");
const open = async (name: string, page = {}): Promise<Tab> => {
  const tab = await stage.open(name, { page });
  await connected(name);
  return tab;
};
/** On their way and undecided, in the memory of the tab and in its storage. */
const send = async (tab: Tab, count: number): Promise<void> => {
  stage.server.gate.shut();
  await tab.evaluate(`tab.send(${count})`);
  await transmitted(tab);
};
/** What the app shows its user as unsent. */
const entries = (tab: Tab): Promise<number> => tab.evaluate<number>("tab.client.outbox.entries.get().length");
const verdict = () => judge(stage.records, stage.server.records);
const everythingStored = () => until("everything is stored", () => verdict().lost.length === 0, 60_000);
const lists = async (tab: Tab, count: number): Promise<void> => {
  for (let patience = 1_000; patience > 0 && (await entries(tab)) !== count; patience--) await sleep(50);
  expect(await entries(tab)).toBe(count);
};

describe("an outbox in IndexedDB, with 40 messages unsettled", () => {
  for (const how of ["reload", "crash"] as const)
    it(`a ${how}: the next boot lists them, sends them once, before its own (fault 23)`, async () => {
      const tab = await open("tab");
      await send(tab, 40);
      if (how === "crash") await tab.crash();
      await tab.reload();
      await connected("tab");
      await lists(tab, 40);
      await tab.evaluate("tab.send(10)");
      stage.server.gate.open();
      await everythingStored();
      await lists(tab, 0);
      expect(verdict()).toEqual(flawless);
    });

  if (depth.beyond)
    it("a killed browser: the next one sends them once, in order, when their tabs do not come back", async () => {
      const tabs = [await open("one"), await open("two")];
      for (const tab of tabs) await send(tab, 40);
      await stage.restart();
      const tab = await open("three");
      await lists(tab, 80);
      await tab.evaluate("tab.send(10)");
      stage.server.gate.open();
      await everythingStored();
      await lists(tab, 0);
      expect(verdict()).toEqual(flawless);
    });

  if (depth.beyond)
    it("another user in the same profile sends nothing of the first one's (fault 67)", async () => {
      // As one user of the app each; then two who share one identity by mistake, whom the server tells apart.
      await send(await open("ann"), 20);
      await send(await open("x by ann", { identity: "x" }), 20);
      await stage.restart();
      stage.server.gate.open();
      const tabs = [
        await open("bob", { user: "bob" }),
        await open("x by bob", { user: "bob", identity: "x" }),
      ];
      for (const tab of tabs) await tab.evaluate("tab.send(5)");
      await sleep(45_000);
      for (const tab of tabs) expect(await entries(tab)).toBe(0);
      const senders = new Set(
        stage.server.records.flatMap((record) => (record.kind === "stored" ? [record.tab] : [])),
      );
      expect(senders).toEqual(new Set(["bob", "x by bob"]));
      // Tabs of one identity share a connection, and so a user.
      for (const tab of tabs) await tab.close();
      await open("ann again");
      await open("x by ann again", { identity: "x" });
      await everythingStored();
      expect({ ...verdict(), leadersAtOnce: [] }).toEqual(flawless);
    });
});
