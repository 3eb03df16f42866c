import { afterAll, beforeAll, expect, it } from "vitest";
import { createStage, type Stage, until } from "./tabs/createStage.ts";
import { depth } from "./tabs/depth.ts";

const count = depth.sends;

let stage: Stage;
beforeAll(async () => void (stage = await createStage()));
afterAll(() => stage?.close());

/** One after the other, each sent when the one before is acknowledged. Answers the p50 and p95 in ms. */
const time = `(async () => {
  const took = [];
  for (let i = 0; i < ${count}; i++) {
    const start = performance.now();
    await tab.client.send({ tab: "cost", n: 0 }, { channel: "cost" }).settled;
    took.push(performance.now() - start);
  }
  took.sort((a, b) => a - b);
  return [took[Math.floor(took.length * 0.5)], took[Math.floor(took.length * 0.95)]];
})()`;

it("prints what a follower's way through the leader costs", async () => {
  const [one, two] = [await stage.open("one"), await stage.open("two")];
  await until("both are connected", () =>
    ["one", "two"].every((name) => stage.last("state", name)?.name === "connected"),
  );
  expect([stage.last("role", "one")?.role, stage.last("role", "two")?.role]).toEqual(["leader", "follower"]);
  await one.evaluate(time);
  const leader = await one.evaluate<[number, number]>(time);
  await two.evaluate(time);
  const follower = await two.evaluate<[number, number]>(time);
  const ms = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(" / ");
  console.log(
    `send to ack, ${count} messages, p50 / p95 in ms: leader ${ms(leader)}, follower ${ms(follower)}, ` +
      `dearer by ${(follower[0] - leader[0]).toFixed(2)} (target 3)`,
  );
});
