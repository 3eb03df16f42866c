/**
 * `npm run screenshots:stories [-- part of an id]`: every story and page as it looks when its play is over, light, dark and 360 px wide,
 * in test-results/stories, and what axe finds in each. For looking at; nothing is compared.
 */
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions, Page } from "playwright";
import { openChromium } from "../demo/driveDemo.ts";
import { openStorybook, type StorybookEntry } from "./storybookSite.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = `${root}test-results/stories`;
const axe = createRequire(
  createRequire(import.meta.url).resolve("@storybook/addon-a11y/package.json"),
).resolve("axe-core");

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: "light", viewport: { width: 960, height: 700 } },
  dark: { colorScheme: "dark", viewport: { width: 960, height: 700 } },
  narrow: { colorScheme: "light", viewport: { width: 360, height: 700 }, deviceScaleFactor: 1.5 },
};

const wanted = process.argv.slice(2);
const { entries, urlOf, close } = await openStorybook();
const chosen = entries.filter(({ id }) => wanted.length === 0 || wanted.some((part) => id.includes(part)));

/** `finished` once a story was rendered and played. */
const phaseOf = (page: Page): Promise<string> =>
  page.evaluate(
    () =>
      (window as { __STORYBOOK_PREVIEW__?: { currentRender?: { phase?: string } } }).__STORYBOOK_PREVIEW__
        ?.currentRender?.phase ?? "none",
  );

const complaints: string[] = [];

const settled = async (page: Page, { id, type }: StorybookEntry): Promise<void> => {
  if (type === "docs") {
    await page.locator(".sbdocs-content").waitFor();
    return page.waitForTimeout(2_000);
  }
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 100) {
    const phase = await phaseOf(page);
    if (phase === "finished") return;
    if (phase === "errored" || phase === "aborted") return void complaints.push(`${id}: ${phase}`);
    await page.waitForTimeout(100);
  }
  complaints.push(`${id}: did not finish`);
};

const violationsOf = async (page: Page): Promise<readonly string[]> => {
  await page.addScriptTag({ path: axe });
  return page.evaluate(async () => {
    const { axe: checker } = window as unknown as {
      axe: {
        run: (
          root: string,
        ) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
      };
    };
    const { violations } = await checker.run("#storybook-root");
    return violations.map(
      ({ id, nodes }) => `${id} ×${nodes.length} ${nodes[0]?.html} ${nodes[0]?.failureSummary}`,
    );
  });
};

const browser = await openChromium();
mkdirSync(folder, { recursive: true });
try {
  for (const [look, options] of Object.entries(looks)) {
    const page = await (await browser.newContext({ ...options, reducedMotion: "reduce" })).newPage();
    let current = "";
    page.on("pageerror", (error) => complaints.push(`${current} (${look}): ${error.message}`));
    page.on("console", (message) => {
      const isIcon = message.location().url.endsWith("favicon.ico");
      if (message.type() === "error" && !isIcon) complaints.push(`${current} (${look}): ${message.text()}`);
    });
    for (const entry of chosen) {
      current = entry.id;
      await page.goto(urlOf(entry));
      await settled(page, entry);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      if (wide) complaints.push(`${entry.id} (${look}): wider than the screen`);
      await page.screenshot({ path: `${folder}/${entry.id}.${look}.png`, fullPage: true });
      if (entry.type === "story")
        for (const violation of await violationsOf(page))
          complaints.push(`${entry.id} (${look}): ${violation}`);
    }
    await page.context().close();
  }
} finally {
  await browser.close();
  await close();
}
console.log(`${chosen.length} stories and pages, each light, dark and narrow, in ${folder}`);
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length > 0 ? 1 : 0;
