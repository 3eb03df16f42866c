import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openChromium } from "../../demo/driveDemo.ts";
import { openStorybook, type StorybookEntry, type StorybookSite } from "../../scripts/storybookSite.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = globSync("stories/**/*.mdx", { cwd: root }).sort();

let storybook: StorybookSite;
let browser: Browser;
beforeAll(async () => {
  storybook = await openStorybook();
  browser = await openChromium();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await storybook?.close();
});

const complaintsOf = (page: Page): readonly string[] => {
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => {
    const isIcon = message.location().url.endsWith("favicon.ico");
    if (["error", "warning"].includes(message.type()) && !isIcon) complaints.push(message.text());
  });
  return complaints;
};

const draw = async (page: Page, entry: StorybookEntry, stories: number): Promise<void> => {
  await page.goto(storybook.urlOf(entry));
  await page.locator("#storybook-docs h1").waitFor();
  // Each with what it says and shows, not the place where it should be.
  await page
    .locator(".sb-story .says")
    .nth(stories - 1)
    .waitFor();
};

/** What a link to a story or a page of this book names. */
const targetsOf = (page: Page): Promise<readonly string[]> =>
  page
    .locator("#storybook-docs a")
    .evaluateAll((links) =>
      links.map((link) => /[?&]path=\/\w+\/([\w-]+)/.exec((link as HTMLAnchorElement).href)?.[1] ?? ""),
    )
    .then((ids) => ids.filter(Boolean));

describe("the pages of the storybook", () => {
  it.each(pages)("%s is drawn with its stories alive, and leads to stories that exist", async (path) => {
    const entry = storybook.entries.find(
      ({ importPath, type }) => type === "docs" && importPath === `./${path}`,
    );
    expect(entry, `${basename(path)} is in the book`).toBeDefined();
    const source = readFileSync(root + path, "utf8");
    const page = await browser.newPage();
    const complaints = complaintsOf(page);
    await draw(page, entry!, source.split("<Canvas").length - 1);

    const ids = new Set(storybook.entries.map(({ id }) => id));
    const targets = await targetsOf(page);
    expect(targets).toHaveLength(source.split("](?path=").length - 1);
    expect(targets.filter((id) => !ids.has(id))).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
