/** The three tabs of the demo in a real Chromium: the crown moves, nothing is lost. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Page } from "playwright";
import { type OpenDemo, openDemo } from "./openDemo.ts";

let demo: OpenDemo;
let page: Page;

beforeAll(async () => {
  demo = await openDemo({ viewport: { width: 1280, height: 1400 } });
  page = demo.page;
});
afterAll(() => demo?.close());

const leaders = () => page.locator('[data-tab][data-leader="true"]');
const leader = async (): Promise<string> => {
  await expect.poll(() => leaders().count(), { timeout: 20_000 }).toBe(1);
  return (await leaders().first().getAttribute("data-tab")) ?? "";
};
const press = (tab: string, name: string) =>
  page.locator(`[data-tab=${tab}]`).getByRole("button", { name, exact: true }).click();

it("moves the crown when its tab is closed, crashes or is frozen, and loses no message of any tab", async () => {
  await leader();
  await expect
    .poll(async () => (await demo.figures("stage"))["seen"], { timeout: 20_000 })
    .toBeGreaterThan(5);
  for (const strike of ["Close", "Crash", "Freeze"]) {
    const before = await leader();
    const began = Date.now();
    await press(before, strike);
    await expect.poll(leader, { timeout: 20_000 }).not.toBe(before);
    console.log(`${strike}: the crown moved from ${before} within ${Date.now() - began} ms`);
    await page.waitForTimeout(1_500);
    if (strike === "Freeze") await press(before, "Wake");
    else await page.getByRole("button", { name: `Open tab ${before} again` }).click();
    await page.waitForTimeout(1_500);
  }
  const { sent, ...rest } = await demo.settle("stage");
  console.log("the three tabs", { sent, ...rest });
  expect(rest).toEqual({ stored: sent, seen: sent, lost: 0, twice: 0 });
  expect(demo.complaints).toEqual([]);
}, 120_000);
