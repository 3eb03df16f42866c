import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { blocksOf } from "../markdownBlocks.ts";

/** The README's files, as they stand there, in a folder. Returns their names. */
export const pasteReadme = (
  folder: string,
  change: (code: string) => string = (code) => code,
): readonly string[] =>
  blocksOf("README.md").flatMap(({ file, code }) => {
    if (!file) return [];
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, change(code));
    return [file];
  });
