import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { openChromium } from "../demo/driveDemo.ts";
import { chatThroughRestart, createProgram, faultsOf } from "./newcomer/chat.ts";

/**
 * `npm run test:examples [-- next]`: each example is copied, given the package as it would be published, built, and chatted in while its
 * server is killed. Needs the npm registry; Next.js alone brings 370 MB, which go when it is done.
 */
interface Example {
  readonly name: string;
  /** What serves the sockets, and the pages unless something else does. */
  readonly server: { readonly script: string; readonly port: number };
  readonly pages?: { readonly script: string; readonly port: number; readonly args: readonly string[] };
}

const examples: readonly Example[] = [
  { name: "vite-ssr", server: { script: "server.js", port: 3000 } },
  {
    name: "next",
    server: { script: "live.js", port: 8080 },
    pages: { script: "node_modules/next/dist/bin/next", port: 3000, args: ["start"] },
  },
];

const npm = (cwd: string, ...args: readonly string[]): string =>
  execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

const build = ({ name }: Example, folder: string, tarball: string): string => {
  const app = join(folder, name);
  cpSync(`examples/${name}`, app, {
    recursive: true,
    filter: (from) => !["node_modules", "dist", ".next"].includes(basename(from)),
  });
  npm(app, "install", "--silent", "--no-audit", "--no-fund", tarball);
  npm(app, "run", "build");
  return app;
};

/** Whether a chat in it survived. */
const tryOut = async (example: Example, app: string): Promise<boolean> => {
  const server = createProgram(example.server.script, { cwd: app, ...example.server });
  const pages = example.pages && createProgram(example.pages.script, { cwd: app, ...example.pages });
  const browser = await openChromium();
  try {
    await Promise.all([server.start(), pages?.start()]);
    const chat = await chatThroughRestart(browser, "http://localhost:3000", server);
    const faults = faultsOf(chat);
    for (const fault of faults) console.log(`${example.name}: ${fault}`);
    console.log(
      `${example.name}: built; a chat through a killed server, ${faults.length === 0 ? "complete" : "BROKEN"}`,
    );
    return faults.length === 0;
  } finally {
    await browser.close();
    await pages?.kill();
    await server.kill();
  }
};

process.env["NEXT_TELEMETRY_DISABLED"] ??= "1";
const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "resilient-socket-examples-"));
try {
  const tarball = join(
    folder,
    npm(".", "pack", "--silent", "--pack-destination", folder).trim().split("\n").at(-1)!,
  );
  for (const example of examples) {
    if (wanted.length > 0 && !wanted.includes(example.name)) continue;
    if (!(await tryOut(example, build(example, folder, tarball)))) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
