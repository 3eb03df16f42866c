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
    await expect.poll(() => page.getByRole("tab", { selected: true }).getAttribute("data-pane")).toBe(pane);
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
  await tour.getByRole("button", { name: "Close" }).click();
  await tour.waitFor({ state: "detached" });
  expect(await page.getByRole("tablist").count()).toBe(0);
  expect(demo.complaints).toEqual([]);
}, 240_000);

it("ends when the visitor has seen enough", async () => {
  await page.getByRole("button", { name: "Show me" }).click();
  const tour = page.getByRole("region", { name: "Tour" });
  await tour.getByRole("button", { name: "End the tour" }).click();
  await tour.waitFor({ state: "detached" });
  await page.waitForTimeout(500);
  expect(await tour.count()).toBe(0);
});
