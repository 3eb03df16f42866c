import { setTimeout as wait } from "node:timers/promises";
import type { ChaosProxy } from "../../src/testing/node/createChaosProxy.ts";
import { type FaultId, sleepMs } from "../faults.ts";
import type { BackendProcess } from "./backendProcess.ts";

export interface Lab {
  /** One in front of each server: both apps get the same weather. */
  readonly proxies: readonly ChaosProxy[];
  readonly backend: BackendProcess;
}

type Performance = (lab: Lab) => Promise<void>;

const reset = ({ proxies }: Lab): void => proxies.forEach((proxy) => proxy.reset());

/** Nothing passes; in the end the old connections are gone, as after a change of address. */
const silence = async (lab: Lab, ms: number): Promise<void> => {
  for (const proxy of lab.proxies) proxy.blackHole("both", ms);
  await wait(ms - 100);
  reset(lab);
  await wait(100);
};

export const perform: Readonly<Record<FaultId, Performance>> = {
  lift: (lab) => silence(lab, 8_000),
  crash: async ({ backend }) => {
    await backend.kill();
    await wait(1_000);
    await backend.start();
  },
  hotel: async (lab) => {
    await silence(lab, 5_000);
    for (const proxy of lab.proxies) proxy.portal(true);
    await wait(2_000);
    for (const proxy of lab.proxies) proxy.portal(false);
  },
  cable: async (lab) => reset(lab),
  train: async (lab) => {
    for (const proxy of lab.proxies) proxy.delay(600);
    await wait(3_000);
    reset(lab);
    await wait(3_000);
    for (const proxy of lab.proxies) proxy.delay(0);
  },
  deploy: async ({ backend }) => {
    await backend.retire(2_500);
    await backend.start();
  },
  // The pages do the rest: usePageSleep.ts.
  sleep: (lab) => silence(lab, sleepMs),
  portal: async ({ proxies }) => {
    for (const proxy of proxies) {
      proxy.inject("<script src=//portal.example/ad.js></script>");
      proxy.portal("hostile");
    }
    await wait(6_000);
    for (const proxy of proxies) proxy.portal(false);
  },
  // The pages do the rest: flood.ts.
  overflow: (lab) => silence(lab, 4_000),
};
