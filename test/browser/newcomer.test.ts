import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createTcpServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { Browser } from "playwright";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openChromium } from "../../demo/driveDemo.ts";
import { buildOnce } from "../../scripts/buildOnce.ts";
import { chatThroughRestart, createProgram, faultsOf, type Program } from "../../scripts/newcomer/chat.ts";
import { pasteReadme } from "../../scripts/newcomer/readme.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = `import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import App from "./App.tsx";

createRoot(document.getElementById("root")!).render(<StrictMode><App /></StrictMode>);
`;

const freePort = async (): Promise<number> => {
  const server = createTcpServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};

let folder: string;
let pages: ViteDevServer;
let server: Program;
let browser: Browser;
let url: string;

beforeAll(async () => {
  buildOnce();
  const [port, pagePort] = [await freePort(), await freePort()];
  url = `http://localhost:${pagePort}`;
  // In here, so that the package finds itself by its name.
  folder = mkdtempSync(`${root}test/browser/newcomer-`);
  pasteReadme(folder, (code) => code.replace("8080", `${port}`).replace("5173", `${pagePort}`));
  writeFileSync(`${folder}/src/main.tsx`, main);
  writeFileSync(
    `${folder}/index.html`,
    `<link rel="icon" href="data:,"><div id="root"></div><script type="module" src="/src/main.tsx"></script>`,
  );
  server = createProgram("server.js", { cwd: folder, port });
  pages = await createServer({
    root: folder,
    configFile: false,
    logLevel: "warn",
    plugins: [react()],
    resolve: { alias: { "resilient-socket": `${root}dist/src/entry/index.js` } },
    server: { port: pagePort, strictPort: true, fs: { allow: [root] } },
  });
  await Promise.all([server.start(), pages.listen()]);
  browser = await openChromium();
});

afterAll(async () => {
  await browser?.close();
  await pages?.close();
  await server?.kill();
  rmSync(folder, { recursive: true, force: true });
});

it("the README's two halves are a chat that survives kill -9 of its server, with nothing on the console", async () => {
  expect(faultsOf(await chatThroughRestart(browser, url, server))).toEqual([]);
});
