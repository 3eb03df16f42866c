import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createStage, until, type Stage } from "./tabs/createStage.ts";

/** That the browser of these tests lives as users' browsers do: without it the rest proves nothing. */
let stage: Stage;
beforeAll(async () => void (stage = await createStage()));
afterAll(() => stage?.close());

const pageEvents = (name: string): readonly string[] =>
  stage.records.flatMap((record) =>
    record.tab === name && record.kind === "page"
      ? [`${record.event}${record.persisted ? " persisted" : ""}`]
      : [],
  );

it("keeps a page with a live client in the back/forward cache and brings it back", async () => {
  const tab = await stage.open("cached");
  await until("connected", () => stage.last("state", "cached")?.name === "connected");
  const boot = stage.last("booted", "cached")?.boot;
  await tab.navigate(stage.address("", {}, "elsewhere.html"));
  await tab.back();
  await until("it is back", () => pageEvents("cached").includes("pageshow persisted"));
  expect(pageEvents("cached")).toContain("pagehide persisted");
  expect(stage.last("booted", "cached")?.boot).toBe(boot);
  await until("connected again", () => stage.last("state", "cached")?.name === "connected");
  await tab.close();
});

it("slows the timers of a hidden tab and stops those of a frozen one", async () => {
  const hidden = await stage.open("hidden", { window: false });
  await stage.open("over it", { window: false });
  const ticks = async (): Promise<number> => {
    await hidden.evaluate(
      "window.ticks = 0; clearInterval(window.beat); window.beat = setInterval(() => ticks++, 20); 0",
    );
    await sleep(2_500);
    return hidden.evaluate<number>("window.ticks");
  };
  await until("it is hidden", () => pageEvents("hidden").includes("visibilitychange"));
  expect(await ticks()).toBeLessThan(6);
  await hidden.freeze();
  expect(await ticks()).toBe(0);
});

it("stops the tab it is to stop, and no other", async () => {
  const [one, two] = [await stage.open("one"), await stage.open("two")];
  await one.stop();
  expect(await two.evaluate("1 + 1")).toBe(2);
  const answer = one.evaluate("1 + 1");
  expect(await Promise.race([answer, sleep(300)])).toBeUndefined();
  one.goOn();
  expect(await answer).toBe(2);
});

it("hears what a page recorded right before it crashed", async () => {
  const tab = await stage.open("crashing");
  await tab.evaluate("for (let n = 0; n < 100; n++) tab.send(1)");
  await tab.crash();
  const sent = stage.records.filter(({ tab: name, kind }) => name === "crashing" && kind === "sent");
  expect(sent).toHaveLength(100);
  await tab.reload();
  await until(
    "it booted again",
    () =>
      stage.records.filter(({ tab: name, kind }) => name === "crashing" && kind === "booted").length === 2,
  );
});
