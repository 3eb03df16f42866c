import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Browser } from "playwright";
import { build } from "vite";
import { openChromium } from "../../demo/driveDemo.ts";
import { systemClock } from "../../src/platform/systemClock.ts";
import { systemDice } from "../../src/platform/systemDice.ts";
import { createResilientServer } from "../../src/server/createResilientServer.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";

const policy = "default-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
const page = `<!doctype html><link rel="icon" href="/icon"><div id="root"></div><script type="module" src="/page.js"></script>`;

/** The page as a user's bundler makes it: minified, one file. */
const bundle = async (): Promise<string> => {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    // Vitest runs in NODE_ENV test, in which JSX would be made for development.
    oxc: { jsx: { runtime: "automatic", development: false } },
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: { input: fileURLToPath(new URL("./cspPage.tsx", import.meta.url)) },
    },
  });
  const [one] = [built].flat();
  if (!one || !("output" in one)) throw new Error("no bundle");
  return one.output[0].code;
};

let browser: Browser;
let script = "";
const server = createResilientServer({
  store: memoryStore({ ports: { clock: systemClock, dice: systemDice } }),
  authenticate: (token) => (token ? { subject: token } : null),
});
const http = createServer((request, response) => {
  const isScript = request.url === "/page.js";
  response.setHeader("content-security-policy", policy);
  response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
  response.end(isScript ? script : page);
});

beforeAll(async () => {
  script = await bundle();
  server.attach(http);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  browser = await openChromium();
});
afterAll(async () => {
  await browser?.close();
  await server.close();
  http.close();
});

it("works under default-src 'self' and required trusted types, with nothing reported (S24)", async () => {
  const tab = await browser.newPage();
  const complaints: string[] = [];
  tab.on("pageerror", ({ message }) => complaints.push(message));
  tab.on("console", (message) => {
    if (message.type() !== "info" && message.type() !== "log") complaints.push(message.text());
  });
  await tab.goto(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`);
  // Not by a function for the page: Playwright would evaluate its text there, which is what the policy forbids.
  await tab.getByText("connected: hello, 0 violations").waitFor({ timeout: 20_000 });
  expect(complaints).toEqual([]);

  // The policy is in force.
  await tab.getByRole("button").click();
  await tab.getByText("1 violations").waitFor();
}, 60_000);
