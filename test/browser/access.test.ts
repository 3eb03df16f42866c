/** The demo for who uses a keyboard, a screen reader, a phone: alone, with the inspector over it, and on the tour. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Page } from "playwright";
import { axeViolations } from "./axeViolations.ts";
import { type OpenDemo, openDemo } from "./openDemo.ts";

let demo: OpenDemo;
let page: Page;

beforeAll(async () => {
  demo = await openDemo({ viewport: { width: 1280, height: 860 }, reducedMotion: "reduce" });
  page = demo.page;
  await page.waitForFunction(() => Number(document.querySelector("[data-figure=seen]")?.textContent) > 5);
});
afterAll(() => demo?.close());

const looks = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "light", width: 360 },
  { colorScheme: "dark", width: 360 },
] as const;
const toggle = () => page.getByRole("button", { name: "Inspect resilient-socket" });
const dress = async ({ colorScheme, width }: (typeof looks)[number]): Promise<void> => {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height: 760 });
};
const panes = ["Timeline", "Outbox", "Messages", "Channels", "Tabs", "Figures", "Faults"];

it.each(looks)(
  "violates no rule of accessibility, nor does it with every pane and on the tour ($colorScheme, $width px)",
  async (look) => {
    await dress(look);
    const found: string[] = [];
    const ask = async (where: string): Promise<void> => {
      for (const violation of await axeViolations(page, "body")) found.push(`${where}: ${violation}`);
    };
    await ask("page");
    for (const frame of page.frames().slice(1)) found.push(...(await axeViolations(frame, "body")));
    await toggle().click();
    for (const name of panes) {
      await page.getByRole("tab", { name }).click();
      await ask(name);
    }
    await page.getByRole("button", { name: "Close the inspector" }).click();
    await page.getByRole("button", { name: "Show me" }).click();
    const tour = page.getByRole("region", { name: "Tour" });
    await tour.waitFor();
    await ask("tour");
    await page.keyboard.press("Escape");
    await tour.waitFor({ state: "detached" });
    expect(found).toEqual([]);
  },
);

it.each(looks.filter(({ colorScheme }) => colorScheme === "light"))(
  "fits its width, and what the inspector covers can be scrolled into sight ($width px)",
  async (look) => {
    await dress(look);
    const overhang = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overhang()).toBe(0);
    await toggle().click();
    for (const name of panes) {
      await page.getByRole("tab", { name }).click();
      expect(await overhang(), name).toBe(0);
      const pane = page.getByRole("tabpanel");
      expect(await pane.evaluate((box) => box.scrollWidth - box.clientWidth), name).toBe(0);
      const chosen = await page.getByRole("tab", { selected: true }).boundingBox();
      expect(chosen!.x, name).toBeGreaterThanOrEqual(0);
      expect(chosen!.x + chosen!.width, name).toBeLessThanOrEqual(look.width);
    }
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    const [last, dock] = await Promise.all([
      page.locator(".colophon").boundingBox(),
      page.locator(".dock").boundingBox(),
    ]);
    expect(last!.y + last!.height).toBeLessThanOrEqual(dock!.y);
    await page.keyboard.press("Escape");
    await toggle().click();
    await page.getByRole("button", { name: "Close the inspector" }).click();
  },
);

it.each(looks.filter(({ colorScheme }) => colorScheme === "light"))(
  "is used by keyboard alone: a fault, the inspector from pane to pane, a message stepped to, and out again ($width px)",
  async (look) => {
    await dress(look);
    const key = (name: string) => page.keyboard.press(name);
    await page.getByRole("button", { name: "Cut the cable" }).focus();
    const over = page.locator("[data-trial=cable][data-phase=over]");
    const before = await over.count();
    await key("Enter");
    await over.nth(before).waitFor({ timeout: 30_000 });

    await toggle().focus();
    await key("Enter");
    await page.getByRole("tab", { selected: true }).focus();
    await key("Home");
    const chosen = () => page.getByRole("tab", { selected: true }).getAttribute("data-pane");
    const walked = [await chosen()];
    for (let i = 1; i < panes.length; i++) {
      await key("ArrowRight");
      walked.push(await chosen());
    }
    expect(walked).toEqual(panes.map((name) => name.toLowerCase()));
    await key("Home");
    await key("Tab");
    expect(await page.getByRole("tabpanel").evaluate((box) => box.matches(":focus"))).toBe(true);
    await key("Tab");
    const state = () =>
      page.evaluate(() =>
        document
          .querySelector("[data-resilient-socket-devtools]")
          ?.shadowRoot?.activeElement?.getAttribute("data-state"),
      );
    expect(await state()).toBe("connected");
    await key("ArrowLeft");
    expect(await state()).not.toBe("connected");
    await key("Escape");
    expect(await page.getByRole("tablist").count()).toBe(0);
    expect(await toggle().evaluate((button) => button.matches(":focus"))).toBe(true);
    expect(demo.complaints).toEqual([]);
  },
);
