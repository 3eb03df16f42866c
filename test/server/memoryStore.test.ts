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

it("† remembers a silent producer as long as an outbox lives and a day, a retired one for a day (P5.13, fault 63)", async () => {
  const day = 86_400_000;
  let wallMs = 0;
  const ports = {
    clock: { nowMs: () => wallMs, wallMs: () => wallMs, after: () => () => {}, soon: queueMicrotask },
    dice: { roll: () => 0.5, uuid: () => "e" },
  };
  const store = memoryStore({ ports });
  const items = [{ kind: "message", n: 1, id: "i", d: "1" }] as const;
  for (const p of ["silent", "retired"])
    await store.append([{ channel: "c", subject: "s", p, acked: 0, old: false, lam: 0, items }]);
  await store.retire("s", "retired");
  const known = async (atMs: number) => {
    wallMs = atMs;
    for (let i = 0; i < 4096; i++) await store.append([]);
    const asks = ["silent", "retired"].map((p) => ({ p, c: "c", acked: 0 }));
    return (await store.positions("s", asks)).filter(({ n }) => n === 1).map(({ p }) => p);
  };
  expect(await known(day - 1)).toEqual(["silent", "retired"]);
  expect(await known(day + 1)).toEqual(["silent"]);
  expect(await known(8 * day - 1)).toEqual(["silent"]);
  expect(await known(8 * day + 1)).toEqual([]);
});

it("refuses a retention that is no number, and takes what is left undefined as not given", () => {
  for (const retention of [{ minAgeMs: NaN }, { minEvents: -1 }, { maxBytes: "64M" as never }])
    expect(() => memoryStore({ retention })).toThrow(/INVALID_OPTION.*retention\./);
  expect(memoryStore({ retention: { minAgeMs: undefined as never } }).retentionMs).toBe(86_400_000);
  expect(memoryStore({ retention: { minAgeMs: Infinity } }).retentionMs).toBe(Infinity);
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
