/** "Show me": the demo breaks one thing after the other and explains it, with the inspector beside it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Browser, Page } from "playwright";
import { openChromium, type RunningDemo, startDemo } from "../../demo/driveDemo.ts";
import { steps } from "../../demo/tour/steps.ts";

let demo: RunningDemo;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  demo = await startDemo();
  browser = await openChromium();
  page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  page.on("pageerror", ({ message }) => complaints.push(message));
  await page.goto(demo.url);
});

afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

const figure = async (name: string): Promise<number> =>
  Number(
    (await page.getByTestId("ledger").locator(`[data-figure=${name}]`).textContent())?.replaceAll(",", ""),
  );

it("goes from step to step to its end and loses nothing", async () => {
  await expect.poll(() => figure("seen"), { timeout: 30_000 }).toBeGreaterThan(20);
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

  await page.getByRole("button", { name: "Pause traffic" }).click();
  const settled = async () => {
    const [sent, stored, seen] = await Promise.all(["sent", "stored", "seen"].map(figure));
    return sent === stored && sent === seen;
  };
  await expect.poll(settled, { timeout: 60_000 }).toBe(true);
  expect(await figure("lost")).toBe(0);
  expect(await figure("twice")).toBe(0);
  expect(await page.locator("[data-figure=tabs-lost]").textContent()).toBe("0");
  await tour.getByRole("button", { name: "Close" }).click();
  await tour.waitFor({ state: "detached" });
  expect(await page.getByRole("tablist").count()).toBe(0);
  expect(complaints).toEqual([]);
}, 240_000);

it("ends when the visitor has seen enough", async () => {
  await page.getByRole("button", { name: "Show me" }).click();
  const tour = page.getByRole("region", { name: "Tour" });
  await tour.getByRole("button", { name: "End the tour" }).click();
  await tour.waitFor({ state: "detached" });
  await page.waitForTimeout(500);
  expect(await tour.count()).toBe(0);
});
