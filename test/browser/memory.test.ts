import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { createStage, type Stage, until } from "./tabs/createStage.ts";
import { depth } from "./tabs/depth.ts";
import { flawless, judge } from "./tabs/judge.ts";

const { streamMs } = depth;
const everyMs = 10;
const pad = "x".repeat(49_152);
/** Of a heap. The stream is more than twice that. */
const boundBytes = 6 * 1_048_576;

let stage: Stage;
beforeAll(async () => {
  // The whole stream is kept: who was away reads all of it.
  const store = memoryStore({ retention: { maxBytes: Infinity } });
  stage = await createStage({ page: { hears: ["down"] }, store });
});
afterAll(() => stage?.close());

it("keeps the memory of hidden, frozen, cached and stopped tabs bounded under a stream, and each hears it all", async () => {
  const names = ["leader", "hidden", "frozen", "cached", "stopped"] as const;
  const [leader, hidden, frozen, cached, stopped] = [
    await stage.open("leader"),
    await stage.open("hidden", { window: false }),
    await stage.open("frozen"),
    await stage.open("cached"),
    await stage.open("stopped"),
  ];
  await stage.open("over it", { window: false });
  for (const name of names)
    await until(`${name} connected`, () => stage.last("state", name)?.name === "connected");
  const tabs = { leader, hidden, frozen, cached, stopped };
  const heaps = async (): Promise<readonly number[]> =>
    Promise.all(Object.values(tabs).map((tab) => tab.heapBytes()));
  const before = await heaps();

  await frozen.freeze();
  await cached.navigate(stage.address("", {}, "elsewhere.html"));
  await stopped.stop();
  let published = 0;
  const stream = setInterval(() => void stage.server.publish("down", { n: ++published, pad }), everyMs);
  await sleep(streamMs);
  clearInterval(stream);
  const whileAway = await Promise.all([leader, hidden, frozen].map((tab) => tab.heapBytes()));
  stopped.goOn();
  await frozen.thaw();
  await cached.back();

  const heardOf = (name: string): number =>
    stage.records.reduce(
      (last, record) => (record.tab === name && record.kind === "heard" ? (record.seq ?? 0) : last),
      0,
    );
  for (const name of names) await until(`${name} heard all`, () => heardOf(name) === published, 30_000);
  expect(
    stage.records.some((record) => record.kind === "page" && record.event === "pageshow" && record.persisted),
  ).toBe(true);
  const after = await heaps();

  const mb = (bytes: number): string => (bytes / 1_048_576).toFixed(1);
  console.log(
    `${published} events, ${mb(published * pad.length)} MB. Heap in MB: ` +
      names.map((name, i) => `${name} ${mb(before[i] ?? 0)} -> ${mb(after[i] ?? 0)}`).join(", ") +
      `; while it lasted leader, hidden, frozen ${whileAway.map(mb).join(", ")}`,
  );
  expect(Math.max(...whileAway, ...after)).toBeLessThan(boundBytes);
  expect(judge(stage.records, stage.server.records)).toEqual(flawless);
});
