/**
 * `npm run sim -- --seeds 20000 [--first N] [--tabs]`, or `--seed S [--tabs]` for one history: `--trace` tells it step by
 * step, wire and all; of one that fails a shrunk story is told.
 */
import { parseArgs } from "node:util";
import { type Script, scriptOf } from "./moves.ts";
import { runHistory } from "./runHistory.ts";
import { shrink, story } from "./shrink.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "5000" },
    first: { type: "string", default: "1" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    /** The shrunk history as data, for regressions.ts. */
    json: { type: "boolean", default: false },
    /** Tabs that share a browser. */
    tabs: { type: "boolean", default: false },
  },
});
const kind = values.tabs ? "together" : "apart";

const tellShrunk = async (script: Script): Promise<void> => {
  const small = await shrink(script);
  console.log(`\n${values.json ? JSON.stringify(small) : await story(small)}`);
};

const one = async (seed: number): Promise<number> => {
  const history = await runHistory(seed, { kind, trace: values.trace ? console.log : undefined });
  console.log(JSON.stringify(history.settled), `${history.sockets} sockets`);
  for (const { invariant, text } of history.violations) console.log(`${invariant} ${text}`);
  if (history.violations.length > 0 && !values.trace) await tellShrunk(scriptOf(seed, kind));
  return history.violations.length;
};

const many = async (first: number, count: number): Promise<number> => {
  // A fifth of the time would go into stacks of errors that are the point of the exercise.
  Error.stackTraceLimit = 0;
  const start = performance.now();
  const before = process.cpuUsage();
  const failing = new Map<string, { count: number; seed: number; text: string }>();
  const settled = new Map<string, number>();
  let failed = 0;
  let sent = 0;
  for (let seed = first; seed < first + count; seed++) {
    const history = await runHistory(seed, { kind });
    sent += history.sent;
    for (const [kind, times] of Object.entries(history.settled))
      settled.set(kind, (settled.get(kind) ?? 0) + times);
    if (history.violations.length > 0) failed += 1;
    for (const invariant of new Set(history.violations.map((one) => one.invariant))) {
      const { text } = history.violations.find((one) => one.invariant === invariant)!;
      const known = failing.get(invariant);
      if (known) known.count += 1;
      else failing.set(invariant, { count: 1, seed, text });
      if (process.stdout.isTTY || failed <= 40)
        console.log(`seed ${seed}: ${invariant} ${text.split("\n", 4).join(" ")}`);
    }
  }
  const seconds = (performance.now() - start) / 1_000;
  const kinds = [...settled].map(([kind, times]) => `${kind} ${times}`).join(", ");
  console.log(`${count} histories, ${sent} messages (${kinds}), ${failed} with violations`);
  for (const [invariant, { count: times, seed }] of failing)
    console.log(`${invariant}: ${times} histories, first seed ${seed}`);
  const { user, system } = process.cpuUsage(before);
  const busySeconds = (user + system) / 1e6;
  console.log(
    `${(count / seconds).toFixed(0)} histories/s, ${(count / busySeconds).toFixed(0)} per second of a core`,
  );
  return failed;
};

const failed =
  values.seed === undefined
    ? await many(Number(values.first), Number(values.seeds))
    : await one(Number(values.seed));
process.exitCode = failed > 0 ? 1 : 0;
