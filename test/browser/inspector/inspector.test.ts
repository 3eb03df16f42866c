import { afterAll, beforeAll, expect, it } from "vitest";
import type { Browser, Page } from "playwright";
import { openChromium } from "../../../demo/driveDemo.ts";
import { systemClock } from "../../../src/platform/systemClock.ts";
import { systemDice } from "../../../src/platform/systemDice.ts";
import type { ResilientServer } from "../../../src/server/ResilientServer.ts";
import { createResilientServer } from "../../../src/server/createResilientServer.ts";
import { memoryStore } from "../../../src/server/store/memoryStore.ts";
import { type ChaosProxy, createChaosProxy } from "../../../src/testing/node/createChaosProxy.ts";
import { axeViolations } from "../axeViolations.ts";
import { createStrictSite, type StrictSite } from "../createStrictSite.ts";
import type { Steer } from "./page.tsx";

declare const window: Window & { readonly steer: Steer };

/** Styles, scripts and fonts from here only, no inline style, no evaluated text. */
const policy = "default-src 'self'; connect-src 'self' ws://127.0.0.1:*";

let browser: Browser;
let page: Page;
let site: StrictSite;
const complaints: string[] = [];
let proxy: ChaosProxy;
let server: ResilientServer;

beforeAll(async () => {
  site = await createStrictSite(new URL("./page.tsx", import.meta.url), policy);
  const { http, port } = site;
  const perSecond = 100_000;
  server = createResilientServer({
    store: memoryStore({ ports: { clock: systemClock, dice: systemDice } }),
    authenticate: () => ({ subject: "u" }),
    origins: [`http://127.0.0.1:${port}`],
    limits: {
      messagesPerSecond: perSecond,
      subjectMessagesPerSecond: perSecond,
      bytesPerSecond: 1e9,
      windowMessages: 8_192,
    },
  });
  server.attach(http, { path: "/ws" });
  proxy = await createChaosProxy({ target: { port } });
  browser = await openChromium();
  page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(`http://127.0.0.1:${port}/?port=${proxy.port}`);
  await page.waitForFunction(() => window.steer.state() === "connected");
});
afterAll(async () => {
  await browser?.close();
  await proxy?.close();
  await server?.close();
  site?.close();
});

const rate = 1_000;
const forMs = 4_000;

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** µs on the CPU: what other processes took meanwhile is not in it. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Tasks of the page's main thread, in ms on the CPU, the longest first. */
const tasksIn = (trace: Buffer): readonly number[] => {
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  return traceEvents
    .filter(({ name, pid, tid }) => /RunTask$/.test(name) && main.has(`${pid} ${tid}`))
    .map(({ tdur = 0 }) => tdur / 1_000)
    .sort((a, b) => b - a);
};

/** What the main thread did meanwhile. */
const underLoad = async () => {
  await page.evaluate(() => window.steer.takeLongTasks());
  await browser.startTracing(page, { categories: ["toplevel", "disabled-by-default-devtools.timeline"] });
  const waiting = await page.evaluate(
    ([perSecond, ms]) => window.steer.drive(perSecond!, ms!),
    [rate, forMs],
  );
  const tasks = tasksIn(await browser.stopTracing());
  const busyMs = tasks.reduce((sum, ms) => sum + ms, 0);
  return {
    waiting,
    "busy on the CPU": `${Math.round((busyMs / forMs) * 100)} %`,
    "longest task on the CPU": `${(tasks[0] ?? 0).toFixed(1)} ms`,
    "long tasks by the clock": (await page.evaluate(() => window.steer.takeLongTasks())).join(" ") || "none",
    overTarget: tasks.filter((ms) => ms > 50).length,
  };
};

const panes = ["Timeline", "Outbox", "Messages", "Channels", "Tabs", "Figures"];

it("keeps up with 1,000 messages a second while 1,000 wait, on every pane (its long tasks are printed)", async () => {
  // Half a second each way: that many are always under way.
  proxy.delay(500);
  const report: Record<string, unknown> = { closed: await underLoad() };
  await page.getByRole("button", { name: "Inspect resilient-socket" }).click();
  let over = 0;
  for (const name of panes) {
    await page.getByRole("tab", { name }).click();
    const told = await underLoad();
    report[name] = told;
    over += told.overTarget;
  }
  proxy.delay(0);
  console.table(report);
  console.log(`tasks over 50 ms on the CPU while it was open: ${over}`);
  await page.waitForFunction(() => window.steer.depth() === 0, undefined, { timeout: 60_000 });
  const sent = (panes.length + 1) * rate * (forMs / 1_000);
  const seen = await page.evaluate(() => window.steer.seen());
  expect(seen).toBeGreaterThanOrEqual(sent);
  expect(complaints).toEqual([]);
}, 180_000);

it("is open on the same pane after a reload, under a strict policy for styles and scripts", async () => {
  await page.reload();
  const chosen = page.getByRole("tab", { selected: true });
  await chosen.waitFor();
  expect(await chosen.textContent()).toBe("Figures");
  const dock = page.locator(".dock");
  expect(await dock.evaluate((element) => getComputedStyle(element).position)).toBe("fixed");
  expect(complaints).toEqual([]);
});

it.each([
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "light", width: 360 },
] as const)(
  "violates no rule of accessibility on any pane ($colorScheme, $width px)",
  async ({ colorScheme, width }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 760 });
    const kept = JSON.stringify({ open: true, pane: "timeline" });
    await page.evaluate((text) => sessionStorage.setItem("resilient-socket:devtools", text), kept);
    await page.reload();
    await page.waitForFunction(() => window.steer.state() === "connected");
    await page.evaluate(() => window.steer.drive(50, 400));
    const found: string[] = [];
    for (const name of [...panes, "Faults"]) {
      await page.getByRole("tab", { name }).click();
      await page.waitForTimeout(300);
      for (const violation of await axeViolations(page, "[data-resilient-socket-devtools]"))
        found.push(`${name}: ${violation}`);
    }
    expect(found).toEqual([]);
  },
);
