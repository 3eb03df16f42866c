import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isNewer } from "./isNewer.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = ["{src,hooks,providers,devtools}/**/*.{ts,tsx}", "package.json", "tsdown.config.ts"];

/** Vitest global setup: tests of the built package never see an old build, and wait for a new one only when there is need. */
export function buildOnce(): void {
  if (existsSync(`${root}dist/src/entry/index.d.ts`) && isNewer(["dist/**/*.js"], sources)) return;
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}
export { buildOnce as setup };
