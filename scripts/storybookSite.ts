import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { preview } from "vite";
import { isNewer } from "./isNewer.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const site = `${root}storybook-static`;
const sources = ["{stories,.storybook,src,hooks,providers,devtools}/**/*", "package.json"];

/** A story, or a page with stories in it. */
export interface StorybookEntry {
  readonly id: string;
  readonly type: "story" | "docs";
  /** Its file, from the root: `./stories/…`. */
  readonly importPath: string;
}

export interface StorybookSite {
  readonly entries: readonly StorybookEntry[];
  /** Without the frame around it. */
  readonly urlOf: (entry: StorybookEntry) => string;
  readonly close: () => Promise<void>;
}

/** The stories as they would be published, on a free port; built when something changed since the last time. */
export const openStorybook = async (): Promise<StorybookSite> => {
  if (!isNewer(["storybook-static/index.json"], sources))
    execFileSync("npm", ["run", "--silent", "build:storybook"], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
    });
  const { entries } = JSON.parse(readFileSync(`${site}/index.json`, "utf8")) as {
    readonly entries: Readonly<Record<string, StorybookEntry>>;
  };
  const server = await preview({
    root,
    configFile: false,
    logLevel: "silent",
    build: { outDir: site },
    preview: { port: 0 },
  });
  const url = server.resolvedUrls?.local[0] ?? "";
  return {
    entries: Object.values(entries),
    urlOf: ({ id, type }) => `${url}iframe.html?id=${id}&viewMode=${type}`,
    close: () => server.close(),
  };
};
