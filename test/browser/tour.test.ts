/** "Show me": the demo breaks one thing after the other and explains it, with the inspector beside it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Page } from "playwright";
import { steps } from "../../demo/tour/steps.ts";
import { type OpenDemo, openDemo } from "./openDemo.ts";

let demo: OpenDemo;
let page: Page;

beforeAll(async () => {
  demo = await openDemo({ viewport: { width: 1280, height: 1000 } });
  page = demo.page;
});
afterAll(() => demo?.close());

it("goes from step to step to its end and loses nothing", async () => {
  await expect
    .poll(async () => (await demo.figures("ledger"))["seen"], { timeout: 30_000 })
    .toBeGreaterThan(20);
  await page.getByRole("button", { name: "Show me" }).click();
  const tour = page.getByRole("region", { name: "Tour" });
  for (const { title, pane, breaks } of steps) {
    await tour.getByRole("heading", { name: title }).waitFor({ timeout: 60_000 });
    const chosen = page.getByRole("tab", { selected: true });
    if (pane) await expect.poll(() => chosen.getAttribute("data-pane")).toBe(pane);
    else await chosen.waitFor({ state: "detached" });
    // A visitor reads; this one has read it before.
    await tour.getByRole("button", { name: "Go on" }).click();
    if (!breaks) continue;
    await page.locator("[data-tour=told]").waitFor({ timeout: 90_000 });
    console.log(`${title}: ${await tour.locator("[aria-live] p").textContent()}`);
    await tour.getByRole("button", { name: "Go on" }).click();
  }
  await page.locator("[data-tour=over]").waitFor();
  console.log(await tour.locator("[aria-live]").innerText());

  const { sent, ...rest } = await demo.settle("ledger");
  expect(rest).toMatchObject({ stored: sent, seen: sent, lost: 0, twice: 0 });
  expect(await demo.figures("stage")).toMatchObject({ lost: 0, twice: 0 });
  await tour.getByRole("button", { name: "Close the tour" }).click();
  await tour.waitFor({ state: "detached" });
  expect(await page.getByRole("tablist").count()).toBe(0);
  expect(demo.complaints).toEqual([]);
}, 240_000);

it("is led by keyboard: it has the focus, waits when told to, and gives the focus back when Escape ends it", async () => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const start = page.getByRole("button", { name: "Show me" });
  await start.focus();
  await page.keyboard.press("Enter");
  const tour = page.getByRole("region", { name: "Tour" });
  await expect.poll(() => tour.evaluate((card) => card === document.activeElement)).toBe(true);
  expect(await tour.evaluate((card) => card.getAnimations({ subtree: true }).length)).toBe(0);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await tour.getByRole("button", { name: "By itself" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await tour.getByRole("heading", { name: "Cut the cable" }).waitFor();
  await page.keyboard.press("Escape");
  await tour.waitFor({ state: "detached" });
  expect(await start.evaluate((button) => button === document.activeElement)).toBe(true);
  expect(await page.getByRole("tablist").count()).toBe(0);
});
