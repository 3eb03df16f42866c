import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import newest from "typescript";
import { type Block, blocksOf, documents } from "../../scripts/markdownBlocks.ts";
import { compile } from "./compile.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Every `t` that src/protocol/frames.ts names. */
const frameTypes = [
  ...readFileSync(`${root}src/protocol/frames.ts`, "utf8").matchAll(/readonly t: "(\w+)"/g),
].map(([, type]) => type);

const blocks = documents().flatMap(blocksOf);
const nameOf = ({ document, number }: Block): string => `${document}, block ${number}`;

describe("documentation", () => {
  // Beside the consumer project, so that the package resolves to itself as it does there.
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(`${root}test/types/consumer/docs-`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("has code in the README", () => {
    expect(blocksOf("README.md").length).toBeGreaterThan(2);
  });

  it("compiles every block of TypeScript as a user would", () => {
    const files = blocks.flatMap(
      ({ document, number, language, code, file = `block${number}.${language}` }) => {
        if (!/^tsx?$/.test(language)) return [];
        const path = `${folder}/${document.replace(/\W+/g, "-")}/${file}`;
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, /^(im|ex)port /m.test(code) ? code : `${code}\nexport {};\n`);
        return path.slice(`${root}test/types/consumer/`.length);
      },
    );
    expect(compile(newest, files, "bundler", ["node"])).toEqual([]);
  });

  it("has examples that compile", () => {
    const files = globSync("examples/*/{app,src}/**/*.{ts,tsx}", { cwd: root });
    for (const file of files) cpSync(root + file, `${folder}/${file}`);
    expect(files.length).toBeGreaterThan(5);
    const copies = files.map((file) => `${folder}/${file}`.slice(`${root}test/types/consumer/`.length));
    expect(compile(newest, copies, "bundler", ["node"])).toEqual([]);
  });

  it("shows in the guide for plain servers the client and the server that the tests run", () => {
    const guide = readFileSync(`${root}docs/guides/plain-servers.md`, "utf8");
    for (const file of ["textsProtocol.ts", "textsServer.ts"]) {
      const source = readFileSync(`${root}test/client/texts/${file}`, "utf8");
      expect(guide).toContain(source.replace("../../../src/entry/core.ts", "resilient-socket/core"));
    }
  });

  // One value, which the formatter may have spread over lines, or a value a line; a leading space continues the one before.
  const isOne = (code: string): boolean => {
    try {
      JSON.parse(code);
      return true;
    } catch {
      return false;
    }
  };
  const values = blocks
    .filter(({ language }) => language.startsWith("json"))
    .flatMap((block) =>
      (isOne(block.code) ? [block.code] : block.code.trim().split(/\n(?! )/)).map((line) => ({
        name: nameOf(block),
        line,
      })),
    );

  it.each(values)("$name holds frames: $line", ({ name, line }) => {
    const frame = JSON.parse(line) as { t?: string };
    if (name.startsWith("PROTOCOL")) expect(frameTypes).toContain(frame.t);
  });

  it("has a heading in docs/errors.md for each error code and no other", () => {
    const source = readFileSync(`${root}src/core/errors.ts`, "utf8");
    const codes = [...source.split("/**")[1]!.matchAll(/\| ["']([A-Z_]+)["']/g)].map(([, code]) => code);
    const headings = [...readFileSync(`${root}docs/errors.md`, "utf8").matchAll(/^## (.+)$/gm)].map(
      ([, code]) => code,
    );
    expect([...headings].sort()).toEqual([...codes].sort());
  });

  it("says in SECURITY.md how to report, what is known and which versions get fixes (S29)", () => {
    const security = readFileSync(`${root}SECURITY.md`, "utf8");
    for (const heading of ["Reporting", "Known vulnerabilities of this package", "Supported versions"])
      expect(security).toContain(`## ${heading}\n`);
    expect(security).toMatch(/^\| advisory +\| affected +\| fixed in +\|/m);
  });

  /** A heading's anchor, as GitHub makes it. */
  const anchorOf = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
  const anchorsOf = (document: string): readonly string[] =>
    [
      ...readFileSync(root + document, "utf8")
        .replace(/^```[\s\S]*?^```/gm, "")
        .matchAll(/^#+ (.+)$/gm),
    ].map(([, heading = ""]) => anchorOf(heading));

  it.each(documents())("%s links to files and headings that exist", (document) => {
    for (const [, target = "", anchor] of readFileSync(root + document, "utf8").matchAll(
      /\]\(([^)#\s]*)(?:#([^)\s]+))?\)/g,
    )) {
      if (/^[a-z]+:/.test(target)) continue;
      const file = target ? join(dirname(document), target) : document;
      expect(existsSync(root + file), `${document} → ${target}`).toBe(true);
      if (anchor) expect(anchorsOf(file), `${document} → ${target}#${anchor}`).toContain(anchor);
    }
  });
});
