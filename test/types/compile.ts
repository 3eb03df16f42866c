import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type TypeScript from "typescript";

/** The part of the compiler that every version we support has. */
export type Compiler = Pick<
  typeof TypeScript,
  | "createProgram"
  | "flattenDiagnosticMessageText"
  | "JsxEmit"
  | "ModuleKind"
  | "ModuleResolutionKind"
  | "ScriptTarget"
>;
export type Resolution = "bundler" | "nodenext";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Compiles files of the consumer project as a user would and returns what it says about them and about our declarations. */
export function compile(
  ts: Compiler,
  files: readonly string[],
  resolution: Resolution,
  types: readonly string[],
): readonly string[] {
  const bundler = resolution === "bundler";
  const program = ts.createProgram(
    files.map((file) => `${root}test/types/consumer/${file}`),
    {
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
      module: bundler ? ts.ModuleKind.ESNext : ts.ModuleKind.NodeNext,
      moduleResolution: bundler ? ts.ModuleResolutionKind.Bundler : ts.ModuleResolutionKind.NodeNext,
      jsx: ts.JsxEmit.ReactJSX,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
      types: [...types],
      typeRoots: [`${root}node_modules/@types`],
    },
  );
  // Other packages' declarations are theirs to keep valid on an old compiler; ours are ours.
  const ours = program.getSourceFiles().filter((file) => !file.fileName.includes("/node_modules/"));
  const diagnostics = [
    ...program.getOptionsDiagnostics(),
    ...ours.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]),
  ];
  return diagnostics.map(({ file, start = 0, messageText }) => {
    const where = file
      ? `${relative(root, file.fileName)}:${file.getLineAndCharacterOfPosition(start).line + 1}`
      : "";
    return `${where} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}
