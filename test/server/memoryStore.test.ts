import { expect, it } from "vitest";
import { memoryStore } from "../../src/server/store/memoryStore.ts";
import { storeSuite } from "./storeSuite.ts";

storeSuite("memory", (fixture) => {
  const store = memoryStore(fixture);
  return { store, dispose: () => store.close() };
});

it("forgets producers that were silent too long, and keys whose events are gone (I4)", async () => {
  let wallMs = 0;
  const ports = {
    clock: { nowMs: () => wallMs, wallMs: () => wallMs, after: () => () => {}, soon: queueMicrotask },
    dice: { roll: () => 0.5, uuid: () => "e" },
  };
  const store = memoryStore({ ports, producerLifeMs: 1000, keysPerSubject: 1 });
  const batch = { channel: "c", subject: "s", acked: 0, old: false, lam: 0 };
  const keyed = (n: number, id: string) => ({ kind: "message", n, id, d: "1", keyHash: "h" }) as const;
  await store.append([{ ...batch, p: "old", items: [keyed(1, "k1")] }]);
  store.trim("c", 2);
  wallMs = 2000;
  for (let i = 0; i < 4096; i++) await store.append([]);
  const positions = await store.positions("s", [{ p: "old", c: "c", acked: 0 }]);
  expect(positions[0]?.n).toBeNull();
  const [result] = await store.append([{ ...batch, p: "new", items: [keyed(1, "k2")] }]);
  expect(result?.events).toHaveLength(1);
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
