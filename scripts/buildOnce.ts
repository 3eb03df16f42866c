import { execFileSync } from "node:child_process";
import { existsSync, globSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const changedAt = (path: string) => statSync(`${root}${path}`).mtimeMs;

/** Vitest global setup: tests of the built package never see an old build, and wait for a new one only when there is need. */
export function buildOnce(): void {
  const built = globSync("dist/**/*.js", { cwd: root }).map(changedAt);
  const sources = globSync(
    ["{src,hooks,providers,devtools}/**/*.{ts,tsx}", "package.json", "tsdown.config.ts"],
    {
      cwd: root,
    },
  ).map(changedAt);
  const fresh = existsSync(`${root}dist/src/entry/index.d.ts`) && Math.min(...built) > Math.max(...sources);
  if (fresh) return;
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}
export { buildOnce as setup };
