import { existsSync, readFileSync } from "node:fs";
import type { DevTools } from "./devTools.ts";
import type { Tab } from "./tab.ts";

interface Processes {
  readonly processInfo: readonly { readonly type: string; readonly id: number }[];
}

/** Jiffies of CPU, user and system. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const cpuOf = (pid: number): number => {
  const path = `/proc/${pid}/stat`;
  const fields = existsSync(path) ? (readFileSync(path, "utf8").split(") ")[1]?.split(" ") ?? []) : [];
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
};

const work = "{ const t = performance.now(); while (performance.now() - t < 120); }";

/**
 * The process of a tab. The protocol does not tell which it is, so the tab works for a moment, and the process that became warm is it.
 * Another one may be busy too, that of a page that loads: then the tab works again.
 */
export const rendererOf = async ({
  command,
  evaluate,
}: Pick<DevTools, "command"> & Pick<Tab, "evaluate">): Promise<number> => {
  for (let tries = 0; tries < 20; tries++) {
    const { processInfo } = await command<Processes>("SystemInfo.getProcessInfo");
    const renderers = processInfo.flatMap(({ type, id }) =>
      type === "renderer" ? [{ id, cpu: cpuOf(id) }] : [],
    );
    await evaluate(work);
    const worked = renderers
      .map(({ id, cpu }) => ({ id, jiffies: cpuOf(id) - cpu }))
      .sort((a, b) => b.jiffies - a.jiffies);
    const [first, second] = worked;
    if (first && first.jiffies >= 5 && first.jiffies > 3 * (second?.jiffies ?? 0)) return first.id;
  }
  throw new Error("no renderer stands out");
};
