/** The three tabs of the demo in a real Chromium: the crown moves, nothing is lost. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Browser, Page } from "playwright";
import { openChromium, type RunningDemo, startDemo } from "../../demo/driveDemo.ts";

let demo: RunningDemo;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  demo = await startDemo();
  browser = await openChromium();
  page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
  page.on("pageerror", ({ message }) => complaints.push(message));
  await page.goto(demo.url);
});

afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

const leaders = () => page.locator('[data-tab][data-leader="true"]');
const figures = async (): Promise<Readonly<Record<string, number>>> => {
  const read: Record<string, number> = {};
  for (const name of ["sent", "stored", "seen", "lost", "twice"])
    read[name] = Number(
      (await page.locator(`[data-figure=tabs-${name}]`).textContent())?.replaceAll(",", ""),
    );
  return read;
};
const leader = async (): Promise<string> => {
  await expect.poll(() => leaders().count(), { timeout: 20_000 }).toBe(1);
  return (await leaders().first().getAttribute("data-tab")) ?? "";
};
const press = (tab: string, name: string) =>
  page.locator(`[data-tab=${tab}]`).getByRole("button", { name, exact: true }).click();

it("moves the crown when its tab is closed, crashes or is frozen, and loses no message of any tab", async () => {
  await leader();
  await expect.poll(async () => (await figures())["seen"], { timeout: 20_000 }).toBeGreaterThan(5);
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
  await page.getByRole("button", { name: "Pause traffic" }).click();
  await expect
    .poll(
      async () => {
        const { sent, stored, seen } = await figures();
        return sent === stored && sent === seen;
      },
      { timeout: 60_000 },
    )
    .toBe(true);
  const { sent, ...rest } = await figures();
  console.log("the three tabs", { sent, ...rest });
  expect(rest).toEqual({ stored: sent, seen: sent, lost: 0, twice: 0 });
  expect(complaints).toEqual([]);
}, 120_000);
