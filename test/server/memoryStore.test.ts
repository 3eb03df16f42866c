import { expect, it } from "vitest";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { storeSuite } from "./storeSuite.ts";

storeSuite("memory", (fixture) => {
  const store = memoryStore(fixture);
  return { store, dispose: () => store.close() };
});

it("comes back to a checkpoint with its epoch, and to nothing with another", async () => {
  const store = memoryStore();
  const item = (n: number) => ({ kind: "message", n, id: `i${n}`, d: "1" }) as const;
  const batch = { channel: "c", subject: "s", p: "p", acked: 0, old: false, lam: 0 };
  const before = await store.head("c");
  await store.append([{ ...batch, items: [item(1)] }]);
  const checkpoint = store.checkpoint();
  await store.append([{ ...batch, items: [item(2)] }]);
  store.restore(checkpoint);
  expect(await store.head("c")).toMatchObject({ epoch: before.epoch, seq: 1 });
  const [again] = await store.append([{ ...batch, items: [item(2)], acked: 1 }]);
  expect(again?.answer.n).toBe(2);
  store.restore(checkpoint);
  expect((await store.head("c")).seq).toBe(1);
  store.wipe();
  expect((await store.head("c")).epoch).not.toBe(before.epoch);
});
