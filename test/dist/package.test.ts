import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
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

/** Every file that these entries load, and what they import from elsewhere. */
function reached(names: readonly string[]): {
  readonly files: ReadonlySet<string>;
  readonly foreign: readonly string[];
} {
  const allowed = /^(?:\.|react(?:-dom)?(?:\/|$)|idb$)/;
  const files = new Set<string>();
  const foreign: string[] = [];
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, from = ""] of built(file).matchAll(
      /(?:^(?:import|export)\b[^"'`]*?|\bimport\s*\(\s*)["']([^"']+)["']/gm,
    )) {
      if (!allowed.test(from)) foreign.push(`${file}: ${from}`);
      else if (from.startsWith(".")) visit(join(dirname(file), from));
    }
  };
  for (const name of names) visit(`dist/src/entry/${name}.js`);
  return { files, foreign };
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

  it("evaluates no text and plants no markup, in any file of it (S24)", () => {
    const forbidden =
      /\beval\s*\(|\bFunction\s*\(|\bset(?:Timeout|Interval)\s*\(\s*["'`]|createObjectURL|importScripts|data:text|javascript:|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|createElement\s*\(\s*["'`]script|new\s+(?:Shared)?Worker\b/;
    const found = globSync("dist/**/*.js", { cwd: root }).filter((file) => forbidden.test(built(file)));
    expect(found).toEqual([]);
  });

  it("brings one dependency, for IndexedDB, and optional peers, ships what it lists, and runs nothing when it is installed (S27)", () => {
    const { scripts, files, ...rest } = packageJson;
    expect(Object.keys(("dependencies" in rest && (rest.dependencies as object)) || {})).toEqual(["idb"]);
    const peers = Object.keys(rest.peerDependencies);
    expect(Object.keys(rest.peerDependenciesMeta).sort()).toEqual(peers.sort());
    expect(files).toEqual(["dist", "PROTOCOL.md", "CHANGELOG.md"]);
    for (const hook of ["preinstall", "install", "postinstall", "prepare"])
      expect(scripts).not.toHaveProperty(hook);
  });

  it("imports nothing from elsewhere in what a browser loads (S27)", () => {
    const { files, foreign } = reached(["index", "core", "banner", "devtools"]);
    expect(files.size).toBeGreaterThan(50);
    expect(foreign).toEqual([]);
  });

  it("carries nothing of inspector, banner, facade, telemetry adapter or tests where only the app's entries are imported", () => {
    const { files } = reached(["index", "core"]);
    const others =
      /^dist\/(?:devtools|src\/(?:devtools|telemetry|websocket|server|simulate|conform|testing|cli))\//;
    expect([...files].filter((file) => others.test(file))).toEqual([]);
  });

  it("names no source map that is not there", () => {
    for (const file of globSync("dist/**/*.{js,d.ts}", { cwd: root })) {
      const map = /\/\/# sourceMappingURL=(\S+)/.exec(built(file))?.[1];
      if (map) expect(existsSync(`${root}${file.replace(/[^/\\]+$/, map)}`), file).toBe(true);
    }
  });
});
