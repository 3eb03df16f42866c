import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Plugin } from "vite";
import { startVitest } from "vitest/node";
import type { Cut, Edit } from "../test/ablation/rule.ts";
import { document, misfit, rules } from "../test/ablation/rules.ts";
import { seconds, summaryLine } from "./summary.ts";

/**
 * `npm run test:ablation [-- --only TEXT | --write]`: takes out one † rule after the other and runs the suites that must notice. A rule
 * whose suites stay green fails, and so does a cut that no longer fits the source. No file is changed: a plugin cuts what is
 * loaded, in a process per cut. `--write` writes docs/ablation.md and runs nothing.
 */
const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
    /** Used by the script itself. */
    cut: { type: "string" },
  },
});

interface Outcome {
  readonly noticedBy: readonly string[];
  readonly problem?: string | undefined;
}

const cutting = (edits: readonly Edit[]): Plugin => ({
  name: "ablation",
  enforce: "pre",
  transform: (code, id) =>
    edits
      .filter(({ file }) => id.split("?", 1)[0]?.endsWith(`/${file}`))
      .reduce((text, { find, replace }) => text.replace(find, () => replace), code),
});

async function runSuites({ edits, suites }: Cut): Promise<Outcome> {
  const run = await startVitest(
    "test",
    [],
    {
      config: false,
      watch: false,
      include: suites.map((suite) => `test/${suite}.test.ts`),
      reporters: [{}],
      testTimeout: 10_000,
      silent: true,
      // A cut module must neither come from there nor stay there.
      fsModuleCache: false,
    },
    { plugins: [cutting(edits)], logLevel: "silent" },
  );
  const modules = run.state.getTestModules();
  const failures = modules.flatMap((module) => [...module.children.allTests("failed")]);
  const noticedBy = failures.map((test) => test.fullName);
  const errors = failures.flatMap((test) => test.result().errors ?? []);
  const [broken] = [
    ...modules.flatMap((module) => module.errors()),
    // A name that is nowhere makes every test fail: no rule was taken out.
    ...errors.filter(({ name }) => name === "ReferenceError"),
  ];
  const missing = modules.length === suites.length ? undefined : "a suite does not exist";
  await run.close();
  return { noticedBy, problem: broken?.message.split("\n", 1)[0] ?? missing };
}

/** The cut with this number, in a process of its own. */
async function ablate(index: number, cut: Cut): Promise<Outcome> {
  const problem = cut.edits.map((edit) => misfit(edit, readFileSync(edit.file, "utf8"))).find(Boolean);
  if (problem) return { noticedBy: [], problem };
  const child = spawn(process.execPath, [import.meta.filename, "--cut", String(index)], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 60_000,
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  const line = output.trimEnd().split("\n").at(-1) ?? "";
  const outcome = (
    line.startsWith("{") ? JSON.parse(line) : { noticedBy: [], problem: "it hangs" }
  ) as Outcome;
  return outcome.problem || outcome.noticedBy.length ? outcome : { ...outcome, problem: "no test noticed" };
}

const all = rules.flatMap(({ text, cuts }) => cuts.map((cut) => ({ text, cut })));

if (values.cut !== undefined) {
  console.log(JSON.stringify(await runSuites(all[Number(values.cut)]!.cut)));
  process.exit();
}

if (values.write) {
  writeFileSync("docs/ablation.md", document());
  process.exit();
}

const startedMs = performance.now();
const chosen = all
  .map((one, index) => ({ ...one, index }))
  .filter(({ text, cut }) => `${text} ${cut.name}`.includes(values.only));
const outcomes = new Map<number, Outcome>();
const waiting = [...chosen];
const work = async (): Promise<void> => {
  for (let next = waiting.shift(); next; next = waiting.shift())
    outcomes.set(next.index, await ablate(next.index, next.cut));
};
await Promise.all(Array.from({ length: availableParallelism() }, work));

let heading = "";
for (const { text, cut, index } of chosen) {
  if (heading !== text) console.log(`\n${(heading = text)}`);
  const { noticedBy, problem } = outcomes.get(index)!;
  const [first, ...others] = noticedBy;
  console.log(
    problem
      ? `  FAIL ${cut.name}: ${problem} (${cut.suites.join(", ")})`
      : `  ok   ${cut.name} → ${first}${others.length ? ` and ${others.length} more` : ""}`,
  );
}
const failed = [...outcomes.values()].filter(({ problem }) => problem).length;
console.log(`\n${chosen.length} cuts took ${seconds(startedMs)}`);
console.log(summaryLine({ passed: chosen.length - failed, failed, skipped: 0 }));
process.exitCode = failed > 0 ? 1 : 0;
