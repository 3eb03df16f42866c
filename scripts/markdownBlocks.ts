import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A fenced block of code in a document. */
export interface Block {
  readonly document: string;
  /** 1, 2, 3 … in the document. */
  readonly number: number;
  /** `ts`, `tsx`, `json`, `sh` … */
  readonly language: string;
  readonly code: string;
  /** What its first line calls it, as in `// src/App.tsx`. */
  readonly file: string | undefined;
}

const root = fileURLToPath(new URL("..", import.meta.url));

export const blocksOf = (document: string): readonly Block[] =>
  [...readFileSync(root + document, "utf8").matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(
    ([, language = "", code = ""], i) => ({
      document,
      number: i + 1,
      language,
      code,
      file: /^(?:\/\/|#) (\S+\.\w+)\n/.exec(code)?.[1],
    }),
  );

/** Every document people read. */
export const documents = (): readonly string[] =>
  globSync(["*.md", "docs/*.md", "docs/{decisions,guides}/*.md", "examples/*/README.md"], {
    cwd: root,
  }).sort();

const isTest = ({ file }: Block): boolean => file !== undefined && /\.test\.tsx?$/.test(file);

/** Documents with a block that is a test file. */
export const testedDocuments = (): readonly string[] =>
  documents().filter((document) => blocksOf(document).some(isTest));

/** As a module of its own, whose id ends in the extension that says how to compile it. */
const idOf = ({ document, number, language }: Block): string =>
  `${root}${document}?block=${number}.${language}`;

/** Vite asks by path, and now and then by the URL it serves, which begins at the root. */
const pathOf = (id: string): string => (id.startsWith(root) ? id.slice(root.length) : id.replace(/^\//, ""));

const blockAt = (id: string): Block | undefined => {
  const [, document, number] = /^(.*\.md)\?block=(\d+)\.\w+$/.exec(id) ?? [];
  return document ? blocksOf(pathOf(document))[Number(number) - 1] : undefined;
};

/**
 * A Vite plugin that makes a document a test file: it imports the blocks called `*.test.tsx`, which import other blocks of it by
 * the names these have, and this package by its own name.
 */
export const markdownTests = () => ({
  name: "markdown-tests",
  enforce: "pre" as const,
  resolveId(specifier: string, importer: string | undefined) {
    const asked = blockAt(specifier);
    if (asked) return idOf(asked);
    const [, entry] = /^resilient-socket(?:\/(.+))?$/.exec(specifier)
      ? specifier.split(/resilient-socket\/?/)
      : [];
    if (entry !== undefined) return `${root}src/entry/${entry.replaceAll("/", "-") || "index"}.ts`;
    const from = importer && specifier.startsWith("./") ? blockAt(importer) : undefined;
    const named =
      from && blocksOf(from.document).find(({ file }) => file && `./${file}`.startsWith(`${specifier}.`));
    return named && idOf(named);
  },
  load(id: string) {
    if (id.endsWith(".md"))
      return blocksOf(pathOf(id))
        .filter(isTest)
        .map((block) => `import ${JSON.stringify(idOf(block))};`)
        .join("\n");
    return blockAt(id)?.code;
  },
});
