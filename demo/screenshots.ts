/** `node demo/screenshots.ts`: the pictures of the README, after every fault. Takes about two minutes. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions, Page } from "playwright";
import { openChromium, startDemo } from "./driveDemo.ts";
import { faults } from "./faults.ts";
import { shrinkPng } from "./shrinkPng.ts";

const folder = fileURLToPath(new URL("../docs/images/", import.meta.url));
const wide = { viewport: { width: 1200, height: 1332 }, deviceScaleFactor: 1.5 };
const pictures: readonly (BrowserContextOptions & { readonly name: string })[] = [
  { name: "ledger-light", colorScheme: "light", ...wide },
  { name: "ledger-dark", colorScheme: "dark", ...wide },
  {
    name: "ledger-narrow",
    colorScheme: "light",
    viewport: { width: 360, height: 760 },
    deviceScaleFactor: 2,
  },
];
const enoughSent = 2_400;

const save = (name: string, png: Buffer): void => {
  const picture = shrinkPng(png);
  writeFileSync(`${folder}${name}.png`, picture);
  console.log(`${name}.png ${Math.round(picture.length / 1_024)} kB`);
};

/** In the middle of an outage, and after it. */
const pictureInspector = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Resume traffic" }).click();
  await page.getByRole("button", { name: "Inspect resilient-socket" }).click();
  const take = async (pane: string): Promise<void> => {
    await page.locator(`[data-pane=${pane}]`).click();
    await page.mouse.move(0, 0);
    await page.waitForTimeout(500);
    save(`inspector-${pane}`, await page.locator(".dock").screenshot());
  };
  const isIn = (state: string) => page.locator(`.connection[data-state="${state}"]`).waitFor();
  await page.locator("[data-pane=faults]").click();
  await page.getByRole("button", { name: "Put in a faulty socket" }).click();
  await isIn("connected");
  await page.waitForTimeout(3_000);
  await page.getByRole("switch", { name: "Refuse" }).check();
  await page.getByRole("button", { name: "Cut now" }).click();
  await page.waitForTimeout(4_000);
  await isIn("reconnecting");
  await take("timeline");
  await isIn("reconnecting");
  await take("outbox");
  await page.locator("[data-pane=faults]").click();
  await page.getByRole("switch", { name: "Refuse" }).uncheck();
  await isIn("connected");
  await page.waitForTimeout(1_000);
  await take("messages");
};

const demo = await startDemo();
const browser = await openChromium();
try {
  const pages: { readonly name: string; readonly page: Page }[] = [];
  for (const { name, ...options } of pictures) {
    const page = await (await browser.newContext({ ...options, reducedMotion: "reduce" })).newPage();
    await page.goto(demo.url);
    pages.push({ name, page });
  }
  await pages[0]?.page.waitForTimeout(3_000);
  for (const { id, name } of faults) {
    // One presses, all feel it and take it down.
    await pages[0]?.page.getByRole("button", { name }).click();
    for (const { page } of pages) await page.locator(`[data-trial=${id}][data-phase=over]`).waitFor();
    await pages[0]?.page.waitForTimeout(6_000);
    console.log(id);
  }
  mkdirSync(folder, { recursive: true });
  for (const { name, page } of pages) {
    await page.waitForFunction(
      (enough) =>
        Number(document.querySelector("[data-figure=sent]")?.textContent?.replaceAll(",", "")) > enough,
      enoughSent,
    );
    await page.getByRole("button", { name: "Pause traffic" }).click();
    await page.waitForTimeout(1_000);
    await page.mouse.move(0, 0);
    await page.evaluate(() => {
      (document.activeElement as HTMLElement | null)?.blur();
      scrollTo(0, 0);
    });
    save(name, await page.screenshot());
  }
  await pictureInspector(pages[0]?.page as Page);
} finally {
  await browser.close();
  await demo.stop();
}
