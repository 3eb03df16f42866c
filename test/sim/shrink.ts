import type { Script } from "./moves.ts";
import { runScript } from "./runHistory.ts";
import { plainest } from "./plan.ts";

/** How many histories it may run. */
const budget = 600;

/** A smaller script that still breaks the same invariant: fewer moves, fewer faults, plainer sizes. */
export const shrink = async (script: Script): Promise<Script> => {
  const [first] = (await runScript(script)).violations;
  let best = script;
  let runs = 0;

  const accepts = async (candidate: Script): Promise<boolean> => {
    if (runs++ >= budget) return false;
    const { violations } = await runScript(candidate);
    const fails = violations.some(({ invariant }) => invariant === first?.invariant);
    if (fails) best = candidate;
    return fails;
  };

  /** Pieces of the moves, the large ones first. */
  const fewerMoves = async (): Promise<void> => {
    for (let size = Math.ceil(best.moves.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
      for (let from = 0; from < best.moves.length;) {
        const moves = best.moves.toSpliced(from, size);
        if (!(await accepts({ ...best, moves }))) from += size;
      }
  };

  const plainerPlan = async (): Promise<void> => {
    for (const fault of best.plan.faults)
      await accepts({
        ...best,
        plan: { ...best.plan, faults: best.plan.faults.filter((one) => one !== fault) },
      });
    for (const change of plainest(best.plan)) await accepts({ ...best, plan: { ...best.plan, ...change } });
  };

  const shorterPauses = async (): Promise<void> => {
    for (const { id, pauseMs } of best.moves)
      for (const shorter of [0, 10, 1_000])
        if (
          shorter < pauseMs &&
          (await accepts({
            ...best,
            moves: best.moves.map((move) => (move.id === id ? { ...move, pauseMs: shorter } : move)),
          }))
        )
          break;
  };

  if (!first) return script;
  for (let before: Script | undefined; before !== best && runs < budget;) {
    before = best;
    await fewerMoves();
    await plainerPlan();
  }
  await shorterPauses();
  return best;
};

/** What happened, without the wire. */
export const story = async (script: Script): Promise<string> => {
  const lines: string[] = [];
  await runScript(script, {
    trace: (text) => {
      if (!text.startsWith("    ") && !text.startsWith("plan")) lines.push(text);
    },
  });
  const { faults, steps: _, ...sizes } = script.plan;
  return [`faults: ${faults.join(", ")}`, JSON.stringify(sizes), ...lines].join("\n");
};
