import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = (path: string) => readFileSync(`${root}${path}`, "utf8");
const entries = Object.entries(packageJson.exports).flatMap(([name, target]) =>
  typeof target === "string" ? [] : [{ specifier: name.replace(/^\./, packageJson.name), ...target }],
);

/** Imports the package by its name in a fresh Node, as a user's server or bundler would find it. */
function importInNode(specifier: string, ...flags: readonly string[]): string {
  const code = `console.log(Object.keys(await import(${JSON.stringify(specifier)})).sort().join(" "))`;
  return execFileSync(process.execPath, [...flags, "--input-type=module", "-e", code], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

describe("the built package", () => {
  it.each(entries)("ships $specifier with its declarations", ({ types, default: file }) => {
    expect(existsSync(`${root}${types}`)).toBe(true);
    expect(existsSync(`${root}${file}`)).toBe(true);
  });

  it.each(entries)("imports $specifier in Node without a window", ({ specifier }) => {
    expect(importInNode(specifier)).not.toBe("");
  });

  it("fault 41: imports the React entry as a React server does: react-server condition, client modules replaced", () => {
    const replaced = new URL("./clientReferences.mjs", import.meta.url).href;
    const exported = importInNode(packageJson.name, "--conditions=react-server", `--import=${replaced}`);
    expect(exported).toContain("ResilientSocketProvider");
    expect(exported).toContain("useResilientWS");
  });

  it("keeps 'use client' on line 1 of every file that carries it, and off every entry", () => {
    const marked = (files: readonly string[]) =>
      files.filter((file) => /^\s*["']use client["'];/.test(built(file).split("\n")[0] ?? ""));
    const sources = globSync("{hooks,providers,devtools}/**/*.{ts,tsx}", { cwd: root });
    const expected = marked(sources).map((file) => `dist/${file.replace(/\.tsx?$/, ".js")}`);
    const found = marked(globSync("dist/**/*.js", { cwd: root }));
    expect(found.sort()).toEqual(expected.filter((file) => existsSync(`${root}${file}`)).sort());
    expect(found.length).toBeGreaterThan(0);
    expect(marked(entries.map((entry) => entry.default))).toEqual([]);
  });

  it("names no source map that is not there", () => {
    for (const file of globSync("dist/**/*.{js,d.ts}", { cwd: root })) {
      const map = /\/\/# sourceMappingURL=(\S+)/.exec(built(file))?.[1];
      if (map) expect(existsSync(`${root}${file.replace(/[^/\\]+$/, map)}`), file).toBe(true);
    }
  });
});
