import { afterAll, beforeAll, expect, it } from "vitest";
import type { Browser } from "playwright";
import { openChromium } from "../../demo/driveDemo.ts";
import { systemClock } from "../../src/platform/systemClock.ts";
import { systemDice } from "../../src/platform/systemDice.ts";
import { createResilientServer } from "../../src/server/createResilientServer.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { createStrictSite, type StrictSite } from "./createStrictSite.ts";

const policy = "default-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
let browser: Browser;
let site: StrictSite;
const server = createResilientServer({
  store: memoryStore({ ports: { clock: systemClock, dice: systemDice } }),
  authenticate: (token) => (token ? { subject: token } : null),
});

beforeAll(async () => {
  site = await createStrictSite(new URL("./cspPage.tsx", import.meta.url), policy);
  server.attach(site.http);
  browser = await openChromium();
});
afterAll(async () => {
  await browser?.close();
  await server.close();
  site?.close();
});

it("works under default-src 'self' and required trusted types, with nothing reported (S24)", async () => {
  const tab = await browser.newPage();
  const complaints: string[] = [];
  tab.on("pageerror", ({ message }) => complaints.push(message));
  tab.on("console", (message) => {
    if (message.type() !== "info" && message.type() !== "log") complaints.push(message.text());
  });
  await tab.goto(`http://127.0.0.1:${site.port}/`);
  // Not by a function for the page: Playwright would evaluate its text there, which is what the policy forbids.
  await tab.getByText("connected: hello, 0 violations").waitFor({ timeout: 20_000 });
  expect(complaints).toEqual([]);

  // The policy is in force.
  await tab.getByRole("button").click();
  await tab.getByText("1 violations").waitFor();
}, 60_000);
