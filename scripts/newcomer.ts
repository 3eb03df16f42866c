import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openChromium } from "../demo/driveDemo.ts";
import { chatThroughRestart, createProgram, faultsOf } from "./newcomer/chat.ts";
import { pasteReadme } from "./newcomer/readme.ts";

/**
 * `npm run test:newcomer`: what somebody does who has only the README. A fresh Vite app, the package as it would be published, the
 * README's blocks as they stand; the app is built, and two people chat in it while the server is killed. Needs the npm registry.
 */
const folder = mkdtempSync(join(tmpdir(), "resilient-socket-newcomer-"));
const app = join(folder, "my-chat");
const npm = (cwd: string, ...args: readonly string[]): string =>
  execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

const prepare = (): readonly string[] => {
  const tarball = npm(".", "pack", "--silent", "--pack-destination", folder).trim().split("\n").at(-1)!;
  npm(
    folder,
    "create",
    "--yes",
    "vite@latest",
    "my-chat",
    "--",
    "--template",
    "react-ts",
    "--no-interactive",
  );
  npm(app, "install", "--silent", join(folder, tarball), "ws");
  return pasteReadme(app);
};

/** The pages of `vite dev` (StrictMode, unbundled) and of the built app. */
const modes = [
  { name: "vite dev", args: ["--port", "5173", "--strictPort"] },
  { name: "vite build and preview", args: ["preview", "--port", "5173", "--strictPort"] },
];

const main = async (): Promise<boolean> => {
  console.log(`pasted from the README: ${prepare().join(", ")}; lines of my own: 0`);
  const build = spawnSync("npm", ["run", "build"], { cwd: app, encoding: "utf8" });
  if (build.status !== 0) throw new Error(`the app does not build:\n${build.stdout}${build.stderr}`);

  const browser = await openChromium();
  const server = createProgram("server.js", { cwd: app, port: 8080 });
  let survived = true;
  try {
    for (const { name, args } of modes) {
      const pages = createProgram(join(app, "node_modules/vite/bin/vite.js"), { cwd: app, port: 5173, args });
      try {
        await server.start();
        await pages.start();
        const chat = await chatThroughRestart(browser, "http://localhost:5173", server);
        const faults = faultsOf(chat);
        for (const fault of faults) console.log(`${name}: ${fault}`);
        console.log(
          `${name}: a chat through a killed server, ${faults.length === 0 ? "complete" : "BROKEN"}, ` +
            `${chat.complaints.length} errors or warnings on the console; the browser noted ${chat.refusals} refused connections`,
        );
        survived &&= faults.length === 0;
      } finally {
        await pages.kill();
        await server.kill();
      }
    }
  } finally {
    await browser.close();
  }
  return survived;
};

try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
