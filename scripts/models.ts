import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installTools } from "./installTools.ts";
import { seconds, summaryLine } from "./summary.ts";

/** `npm run test:models`: spin searches every state of test/models; the models must hold and every mutant must be caught. */
interface Model {
  readonly file: "election" | "outbox";
  readonly sizes: readonly string[];
  /** A rule taken out, by its name in the model, and the smallest size at which that shows. */
  readonly mutants: Readonly<Record<string, string>>;
}

const models: readonly Model[] = [
  {
    file: "election",
    sizes: ["-DTABS=2 -DFAULTS=3", "-DTABS=3 -DFAULTS=3", "-DTABS=4 -DFAULTS=2"],
    mutants: Object.fromEntries(
      [
        "NO_FENCE",
        "NO_STEAL",
        "NO_RELEASE_ON_SUSPEND",
        "WAITER_STAYS_QUEUED",
        "STEAL_BACK",
        "NO_BUDGET",
        "PONG_FROM_HANDLER",
      ].map((name) => [name, "-DTABS=2 -DFAULTS=3"]),
    ),
  },
  {
    file: "outbox",
    sizes: ["-DROLLBACKS=0 -DFAULTS=2", "-DROLLBACKS=1 -DFAULTS=1"],
    mutants: {
      ACK_BEFORE_COMMIT: "-DROLLBACKS=0 -DFAULTS=2",
      RERUN_DUPLICATES: "-DROLLBACKS=0 -DFAULTS=2",
      NO_GAP: "-DROLLBACKS=0 -DFAULTS=2",
      RENUMBER: "-DROLLBACKS=0 -DFAULTS=2",
      DROP_ON_TAKEN: "-DROLLBACKS=0 -DFAULTS=2",
      NO_WATERMARK: "-DROLLBACKS=1 -DFAULTS=1",
      RE_UNASKED: "-DROLLBACKS=1 -DFAULTS=1",
      NO_TOMBSTONE: "-DROLLBACKS=1 -DFAULTS=1",
    },
  },
];

interface Outcome {
  readonly holds: boolean;
  readonly states: string;
}

/** Safety and liveness in one search: assertions, and the one `ltl` claim under weak fairness. */
function search(file: string, defines: string): Outcome {
  const folder = mkdtempSync(join(tmpdir(), "resilient-socket-models-"));
  try {
    copyFileSync(`test/models/${file}.pml`, join(folder, "model.pml"));
    run(folder, "spin", [...defines.split(" "), "-a", "model.pml"]);
    run(folder, "gcc", ["-w", "-O2", "-DCOLLAPSE", "-DVECTORSZ=4096", "-DNFAIR=4", "-o", "pan", "pan.c"]);
    const told = run(folder, "./pan", ["-a", "-f", "-E", "-m500000"]);
    const errors = /errors: (\d+)/.exec(told)?.[1];
    if (errors === undefined || /depth too|out of mem/.test(told)) throw new Error(`no verdict:\n${told}`);
    return { holds: errors === "0", states: /([\d.e+]+) states, stored/.exec(told)?.[1] ?? "?" };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(cwd: string, command: string, args: readonly string[]): string {
  const { stdout, stderr, status, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (error) throw error;
  if (command !== "./pan" && status !== 0)
    throw new Error(`${command} ended with ${status}\n${stdout}${stderr}`);
  return stdout + stderr;
}

let passed = 0;
let failed = 0;
const report = (isGood: boolean, text: string): void => {
  if (isGood) passed++;
  else failed++;
  console.log(`${isGood ? "ok  " : "FAIL"} ${text}`);
};

const startedMs = performance.now();
if (installTools({ spin: "spin", gcc: "gcc" })) {
  for (const { file, sizes, mutants } of models) {
    for (const size of sizes) {
      const sinceMs = performance.now();
      const { holds, states } = search(file, size);
      report(
        holds,
        `${file} ${size}: ${states} states, ${holds ? "holds" : "is broken"} (${seconds(sinceMs)})`,
      );
    }
    for (const [mutant, size] of Object.entries(mutants)) {
      const { holds } = search(file, `${size} -D${mutant}`);
      report(!holds, `${file} without its rule (${mutant}): ${holds ? "not noticed" : "caught"}`);
    }
  }
  console.log(`all models took ${seconds(startedMs)}`);
} else failed++;
console.log(summaryLine({ passed, failed, skipped: 0 }));
process.exitCode = failed > 0 ? 1 : 0;
