// @vitest-environment node
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { transformAsync } from "@babel/core";
import { expect, it } from "vitest";

interface CompilerEvent {
  readonly kind: string;
  readonly detail?: { readonly options?: { readonly reason?: string } };
}

/** What the React Compiler skips, and why: an app that builds our sources with it would run these as they are. */
const skipped = async (file: string): Promise<readonly string[]> => {
  const found: string[] = [];
  const logEvent = (_: unknown, { kind, detail }: CompilerEvent) => {
    if (kind !== "CompileSuccess") found.push(`${file}: ${kind}: ${detail?.options?.reason}`);
  };
  await transformAsync(readFileSync(file, "utf8"), {
    filename: file,
    configFile: false,
    babelrc: false,
    parserOpts: { plugins: file.endsWith("x") ? ["typescript", "jsx"] : ["typescript"] },
    plugins: [["babel-plugin-react-compiler", { logger: { logEvent } }]],
  });
  return found;
};

it("lets the React Compiler compile every hook and component", async () => {
  const files: string[] = [];
  for (const folder of ["hooks", "providers"])
    for (const name of await readdir(folder)) files.push(`${folder}/${name}`);
  expect(files.length).toBeGreaterThan(20);
  expect((await Promise.all(files.map(skipped))).flat()).toEqual([]);
});
