/** A worker whose prototypes are frozen before any of our code is loaded: what tries to change one throws. */
import { parentPort, workerData } from "node:worker_threads";

const holders = [Object, Array, Map, Set, Promise, Function, String, Number, RegExp, Error, AbortController];
for (const { prototype } of holders) Object.freeze(prototype);

const { runHistory } = await import("../sim/runHistory.ts");

const violations: unknown[] = [];
for (let seed = 1; seed <= (workerData as number); seed++)
  violations.push(...(await runHistory(seed)).violations);

parentPort?.postMessage({ frozen: holders.every(({ prototype }) => Object.isFrozen(prototype)), violations });
