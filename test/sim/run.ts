/** `npm run sim -- --seeds 20000 [--first N]`, or `--seed S --trace` for one history step by step. */
import { parseArgs } from "node:util";
import { runHistory } from "./runHistory.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "5000" },
    first: { type: "string", default: "1" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
  },
});

const one = async (seed: number): Promise<number> => {
  const history = await runHistory(seed, { trace: values.trace ? console.log : undefined });
  console.log(JSON.stringify(history.settled), `${history.sockets} sockets`);
  for (const { invariant, text } of history.violations) console.log(`${invariant} ${text}`);
  return history.violations.length;
};

const many = async (first: number, count: number): Promise<number> => {
  const start = performance.now();
  const failing = new Map<string, { count: number; seed: number; text: string }>();
  const settled = new Map<string, number>();
  let failed = 0;
  let sent = 0;
  for (let seed = first; seed < first + count; seed++) {
    const history = await runHistory(seed);
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
  console.log(`${(count / seconds).toFixed(0)} histories/s`);
  return failed;
};

const failed =
  values.seed === undefined
    ? await many(Number(values.first), Number(values.seeds))
    : await one(Number(values.seed));
process.exitCode = failed > 0 ? 1 : 0;
