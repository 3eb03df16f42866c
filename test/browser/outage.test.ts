import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createChaosProxy, type ChaosProxy } from "../../src/testing/node/createChaosProxy.ts";
import type { Tab } from "./cdp/tab.ts";
import { createStage, type Stage, until } from "./tabs/createStage.ts";
import { depth } from "./tabs/depth.ts";
import { flawless, judge } from "./tabs/judge.ts";
import { nowMs } from "./tabs/nowMs.ts";

const { outageMs } = depth;
const names = Array.from({ length: 8 }, (_, i) => `t${i + 1}`);

let stage: Stage;
let proxy: ChaosProxy;
beforeAll(async () => {
  stage = await createStage({
    page: { hears: ["up"] },
    port: async ({ port }) => (proxy = await createChaosProxy({ target: { port } })).port,
  });
});
afterAll(async () => {
  await stage?.close();
  await proxy?.close();
});

/** A port where nobody listens: who is sent there is logged by the proxy, then refused. */
const deadPort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};

/** The count of failures that each tab showed since `from`, in the order in which it showed them. */
const attemptsShown = (name: string, from: number): readonly number[] =>
  stage.records.flatMap((record) =>
    record.tab === name && record.kind === "state" && record.name === "reconnecting" && record.at > from
      ? [record.attempt]
      : [],
  );

it("has one backoff schedule for eight tabs through an outage, also when the leader goes in the middle of it", async () => {
  const tabs = new Map<string, Tab>();
  for (const name of names) tabs.set(name, await stage.open(name));
  for (const name of names)
    await until(`${name} connected`, () => stage.last("state", name)?.name === "connected");
  expect(stage.server.sockets()).toBe(1);
  const leader = (): string | undefined =>
    [...tabs.keys()].find((name) => stage.last("role", name)?.role === "leader");

  const began = nowMs();
  const before = proxy.connections.length;
  proxy.retarget({ port: await deadPort() });
  proxy.reset();
  for (const tab of tabs.values()) await tab.evaluate("tab.send(25)");
  await sleep(outageMs / 2);
  const gone = leader() ?? "";
  await tabs.get(gone)?.close();
  tabs.delete(gone);
  await sleep(outageMs / 2);

  const dials = proxy.connections.slice(before).map(({ openedAt }) => openedAt);
  const shown = [...tabs.keys()].map((name) => attemptsShown(name, began));
  proxy.retarget({ port: stage.server.port });
  for (const name of tabs.keys())
    await until(`${name} connected again`, () => stage.last("state", name)?.name === "connected", 60_000);

  const gaps = dials.slice(1).map((at, i) => Math.round(at - (dials[i] ?? at)));
  console.log(
    `${outageMs} ms without a server: ${dials.length} dials by 8 tabs, ms apart: ${gaps.join(" ")}`,
  );
  // Each dial is one more failure of the one schedule, and every tab shows the same count. A new leader dials on.
  for (const attempts of shown) {
    expect(attempts).toEqual([...attempts].sort((a, b) => a - b));
    expect(Math.abs(Math.max(...attempts) - dials.length)).toBeLessThanOrEqual(2);
  }
  expect(Math.min(...gaps.slice(0, -1))).toBeGreaterThan(40);
}, 300_000);

it("then delivers what waited: nothing lost, nothing twice", async () => {
  const verdict = () => judge(stage.records, stage.server.records);
  await until("everything is stored", () => verdict().lost.length === 0, 60_000).catch(() => undefined);
  expect(verdict()).toEqual(flawless);
});
