import { afterAll, beforeAll, expect, it } from "vitest";
import type { Page } from "playwright";
import { type Fault, faults } from "../../demo/faults.ts";
import { policies } from "../../demo/policies.ts";
import { type OpenDemo, openDemo } from "./openDemo.ts";

let demo: OpenDemo;
let page: Page;

beforeAll(async () => {
  demo = await openDemo({ viewport: { width: 1280, height: 900 } });
  page = demo.page;
});
afterAll(() => demo?.close());

/** Presses a button and waits for what became of it. */
const tryOut = async ({ id, name }: Fault): Promise<void> => {
  const over = page.locator(`[data-trial=${id}][data-phase=over]`);
  const before = await over.count();
  await page.getByRole("button", { name }).click();
  await over.nth(before).waitFor({ timeout: 60_000 });
  // The bare socket dials once a second; what it missed shows with the next number that arrives.
  await page.waitForTimeout(1_500);
  console.log((await over.first().innerText()).replaceAll(/\s*\n+\s*/g, " | "));
};

/** Of 1,000 messages at an outbox for 250. With `wait`, as many again find room later. */
const refusals = { reject: 750, "evict-oldest": 750, wait: 500 } as const;

it("loses nothing and sees nothing twice through every fault of the demo, where a bare socket does", async () => {
  await page.waitForFunction(() => document.querySelector("[data-figure=seen]")?.textContent !== "0");

  let refused = 0;
  for (const fault of faults) {
    if (fault.id !== "overflow") await tryOut(fault);
    else
      for (const { id, name } of policies) {
        await page.getByText(name, { exact: true }).click();
        await tryOut(fault);
        refused += refusals[id];
      }
  }

  const { sent, ...resilient } = await demo.settle("ledger");
  const bare = await demo.figures("bare");
  console.log("with resilient-socket", { sent, ...resilient }, "with a bare socket", bare);
  expect(resilient).toEqual({ stored: sent, seen: sent, lost: 0, twice: 0, refused });
  expect(await page.locator("[data-unanswered]").getAttribute("data-unanswered")).toBe("0");
  expect(bare["lost"]).toBeGreaterThan(0);
  expect(demo.complaints).toEqual([]);
}, 240_000);

it("writes the receipt on a chat line: stored with its place, or rejected with the reason", async () => {
  const say = async (text: string): Promise<void> => {
    await page.getByLabel("Message to the harbour crew").fill(text);
    await page.getByRole("button", { name: "Send", exact: true }).click();
  };
  await say("Is the lock free?");
  await say("x".repeat(141));
  const receipts = page.locator(".receipt");
  await receipts.getByText(/^stored #\d+$/).waitFor();
  await receipts.getByText("rejected TOO_LONG").waitFor();
});

it("asks nobody but this machine for anything", async () => {
  const asked = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  expect(asked.filter((name) => !name.startsWith(demo.url))).toEqual([]);
});
