import { spawn } from "node:child_process";
import { once } from "node:events";
import { seconds, summaryLine } from "./summary.ts";

/** `npm run check`: every judgement that needs no test run, two at a time; full output only of what failed. */
interface Step {
  readonly script: string;
  /** Script that must have ended before this one starts. */
  readonly after?: string;
  /** Its output is worth reading even when it is content. */
  readonly tells?: boolean;
}

const steps: readonly Step[] = [
  { script: "build" },
  { script: "check:lint" },
  { script: "check:types" },
  { script: "check:attw", after: "build" },
  { script: "check:size", after: "build" },
  { script: "check:publint", after: "build" },
  { script: "check:api", after: "build" },
  { script: "check:unused" },
  { script: "check:layers" },
  { script: "check:format" },
  { script: "check:faults", tells: true },
];
const atOnce = 2;

const startedMs = performance.now();
const waiting = [...steps];
const ended = new Map<string, boolean>();

async function run({ script, tells }: Step): Promise<void> {
  const stepStartedMs = performance.now();
  const child = spawn("npm", ["run", "--silent", script], {
    stdio: ["ignore", "pipe", "pipe"],
    // What packs the package finds it built: `prepack` would take the files from under the other steps.
    env: { ...process.env, npm_config_ignore_scripts: "true" },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  ended.set(script, code === 0);
  console.log(`${code === 0 ? "ok  " : "FAIL"} ${script} (${seconds(stepStartedMs)})`);
  if (code !== 0 || tells) console.log(output.trimEnd());
}

async function work(): Promise<void> {
  while (waiting.length > 0) {
    const ready = waiting.findIndex((step) => !step.after || ended.has(step.after));
    if (ready < 0) {
      await Promise.race([...running]);
      continue;
    }
    const [step] = waiting.splice(ready, 1);
    if (!step) return;
    const done = run(step);
    running.add(done);
    await done;
    running.delete(done);
  }
}

const running = new Set<Promise<void>>();
await Promise.all(Array.from({ length: atOnce }, work));

const failed = [...ended.values()].filter((ok) => !ok).length;
console.log(`all checks took ${seconds(startedMs)}`);
console.log(summaryLine({ passed: ended.size - failed, failed, skipped: 0 }));
process.exitCode = failed > 0 ? 1 : 0;
