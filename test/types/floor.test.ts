import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** What runs in a page. */
const inPages =
  "{src/{protocol,core,client,platform,telemetry,devtools},hooks,providers,devtools}/**/*.{ts,tsx}";
/** Node's own. */
const notInPages = /nodeClock/;

const complaintsOf = (files: readonly string[]): readonly string[] => {
  const { options } = ts.parseJsonConfigFileContent(
    JSON.parse(readFileSync(`${root}tsconfig.json`, "utf8")),
    ts.sys,
    root,
  );
  const lib = ["es2022", "dom", "dom.iterable", "dom.asynciterable"].map((name) => `lib.${name}.d.ts`);
  const program = ts.createProgram(files, { ...options, target: ts.ScriptTarget.ES2022, lib, types: [] });
  const ours = program.getSourceFiles().filter(({ fileName }) => !fileName.includes("/node_modules/"));
  return (
    ours
      .flatMap((file) => program.getSemanticDiagnostics(file))
      // `process.env.NODE_ENV` is the bundler's.
      .filter(({ file, start = 0 }) => !file?.text.startsWith("process.env.NODE_ENV", start))
      .map(
        ({ file, messageText }) => `${file?.fileName} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
      )
  );
};

describe("the browser floor of docs/browsers.md", () => {
  it("is ES2022 and the DOM: nothing that runs in a page needs more", () => {
    const files = globSync(inPages, { cwd: root }).filter((file) => !notInPages.test(file));
    expect(files.length).toBeGreaterThan(100);
    expect(complaintsOf(files.map((file) => root + file))).toEqual([]);
  });
});
