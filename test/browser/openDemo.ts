import type { BrowserContextOptions, Page } from "playwright";
import { openChromium, startDemo } from "../../demo/driveDemo.ts";

export type Figures = Readonly<Record<string, number>>;

export interface OpenDemo {
  readonly url: string;
  readonly page: Page;
  /** What the page or the browser found wrong, but for the network that is broken on purpose. */
  readonly complaints: readonly string[];
  readonly figures: (card: "ledger" | "bare" | "stage") => Promise<Figures>;
  /** Pauses the traffic; the figures once they agree, or what they are after a long wait. */
  readonly settle: (card: "ledger" | "stage") => Promise<Figures>;
  readonly close: () => Promise<void>;
}

const isAboutTheNetwork = (text: string): boolean =>
  /WebSocket connection to 'ws:\/\/127\.0\.0\.1/.test(text);

/** The demo in a Chromium of its own. */
export const openDemo = async (options: BrowserContextOptions): Promise<OpenDemo> => {
  const [demo, browser] = await Promise.all([startDemo(), openChromium()]);
  const page = await (await browser.newContext(options)).newPage();
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !isAboutTheNetwork(message.text()))
      complaints.push(message.text());
  });
  await page.goto(demo.url);

  const figures: OpenDemo["figures"] = async (card) => {
    const cells = await page.getByTestId(card).locator("[data-figure]").all();
    const read = cells.map(async (cell) => [
      (await cell.getAttribute("data-figure"))?.replace("tabs-", ""),
      Number((await cell.textContent())?.replaceAll(",", "")),
    ]);
    return Object.fromEntries(await Promise.all(read)) as Figures;
  };
  return {
    url: demo.url,
    page,
    complaints,
    figures,
    settle: async (card) => {
      await page.getByRole("button", { name: "Pause traffic" }).click();
      let before = await figures(card);
      for (let patience = 80; patience > 0; patience--) {
        await page.waitForTimeout(500);
        const now = await figures(card);
        const { sent, stored, seen } = now;
        if (sent === before["sent"] && sent === stored && sent === seen) return now;
        before = now;
      }
      return before;
    },
    close: async () => {
      await browser.close();
      await demo.stop();
    },
  };
};
