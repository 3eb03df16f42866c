import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { DevTools } from "./devTools.ts";
import type { Tab } from "./tab.ts";

interface Processes {
  readonly processInfo: readonly { readonly type: string; readonly id: number }[];
}

/** Threads of this name; 0 of a process that is gone. */
const countThreads = (pid: number, name: string): number => {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.filter((id) => readFileSync(`/proc/${pid}/task/${id}/comm`, "utf8").startsWith(name))
      .length;
  } catch {
    return 0;
  }
};

/** The process of a tab. The protocol does not tell which it is, so the tab starts a worker, and the process that has one more is it. */
export const rendererOf = async ({
  command,
  evaluate,
}: Pick<DevTools, "command"> & Pick<Tab, "evaluate">): Promise<number> => {
  const { processInfo } = await command<Processes>("SystemInfo.getProcessInfo");
  const renderers = processInfo.flatMap(({ type, id }) =>
    type === "renderer" ? [{ id, workers: countThreads(id, "DedicatedWorker") }] : [],
  );
  await evaluate(
    `new Promise((started) => {
      window.marker = new Worker(URL.createObjectURL(new Blob(["postMessage(0)"])));
      marker.onmessage = () => started();
    })`,
  );
  const grown = renderers.filter(({ id, workers }) => countThreads(id, "DedicatedWorker") > workers);
  await evaluate("marker.terminate()");
  const [renderer] = grown;
  if (renderer && grown.length === 1) return renderer.id;
  await sleep(100);
  return rendererOf({ command, evaluate });
};
