import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OutboxStorage, StoredRow } from "../../src/core/ports/outboxStorage.ts";
import { openOutbox } from "../../src/platform/indexedDb/openOutbox.ts";
import type { IndexedDbOptions } from "../../src/platform/indexedDb/options.ts";

const row = (n: number, more: Partial<StoredRow> = {}): StoredRow => ({
  p: "p1",
  channel: "c",
  n,
  id: `id ${n}`,
  body: JSON.stringify(n),
  queuedAt: 1,
  expiresAt: 2,
  keyed: false,
  version: 0,
  ...more,
});
const counter = (next: number, answered = 0) => ({ p: "p1", channel: "c", next, answered });
const open = (options?: IndexedDbOptions, scope = "ada", lost = vi.fn()): Promise<OutboxStorage> =>
  openOutbox({ ...options, scope, lost });

beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
});
afterEach(() => vi.unstubAllGlobals());

describe("the outbox in IndexedDB", () => {
  it("gives the next page what the last one wrote, rows in number order", async () => {
    const before = await open();
    await before.write({
      producers: [{ p: "p1", createdAt: 5, after: ["p0"], subject: "u1" }],
      rows: [row(2, { re: { p: "p0", n: 9 }, voided: "aborted" }), row(1)],
      counters: [counter(3)],
    });
    before.close();
    const { producers, rows, counters } = await (await open()).read("p1");
    expect(producers).toMatchObject([{ p: "p1", createdAt: 5, after: ["p0"], subject: "u1" }]);
    expect(rows.map(({ n, body }) => [n, body])).toEqual([
      [1, "1"],
      [2, "2"],
    ]);
    expect(rows[1]).toMatchObject({ re: { p: "p0", n: 9 }, voided: "aborted" });
    expect(counters).toMatchObject([counter(3)]);
  });

  it("never lets a counter go back: who writes an older number writes nothing", async () => {
    const storage = await open();
    await storage.write({ counters: [counter(7, 5)] });
    await storage.write({ counters: [counter(4, 6)] });
    expect((await storage.read("p1")).counters).toMatchObject([counter(7, 6)]);
  });

  it("removes rows, moves the counter and keeps the verdict in one transaction, or does none of it", async () => {
    const storage = await open();
    await storage.write({ rows: [row(1), row(2)], counters: [counter(3)] });
    const spoilt = { p: "p1", channel: "c", n: 1, settlement: "{}", at: (() => 1) as never };
    await expect(
      storage.write({ removed: [["p1", "c", 1]], counters: [counter(3, 1)], verdicts: [spoilt] }),
    ).rejects.toThrow();
    expect((await storage.read("p1")).rows).toHaveLength(2);
    expect((await storage.read("p1")).counters).toMatchObject([{ answered: 0 }]);
    await storage.write({
      removed: [["p1", "c", 1]],
      counters: [counter(3, 1)],
      verdicts: [{ ...spoilt, at: 7 }],
    });
    const { rows, counters, verdicts } = await storage.read("p1");
    expect(rows.map(({ n }) => n)).toEqual([2]);
    expect(counters).toMatchObject([{ answered: 1 }]);
    expect(verdicts).toMatchObject([{ n: 1, at: 7 }]);
  });

  it("keeps what belongs to one user from another (S22, fault 67)", async () => {
    const ada = await open({}, "ada");
    const bob = await open({}, "bob");
    await ada.write({ rows: [row(1)] });
    expect((await bob.read("p1")).rows).toEqual([]);
    await bob.forget("p1");
    expect((await ada.read("p1")).rows).toHaveLength(1);
    await ada.forget("p1");
    expect((await ada.read("p1")).rows).toEqual([]);
  });

  it("forgets one producer and leaves the others, also one whose name begins alike", async () => {
    const storage = await open();
    await storage.write({
      producers: ["p1", "p10"].map((p) => ({ p, createdAt: 1, after: [] })),
      rows: [row(1), row(1, { p: "p10" })],
      counters: [counter(2), { ...counter(2), p: "p10" }],
    });
    await storage.forget("p1");
    const [gone, left] = [await storage.read("p1"), await storage.read("p10")];
    const counts = ({ producers, rows, counters }: typeof left): number[] =>
      [producers, rows, counters].map((all) => all.length);
    expect([counts(gone), counts(left)]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ]);
    expect(await storage.producers()).toMatchObject([{ p: "p10" }]);
  });

  it("stores what encrypt makes of a payload and gives back what decrypt makes of that (S22)", async () => {
    const encrypt = (body: string): Promise<string> => Promise.resolve(`<${[...body].reverse().join("")}>`);
    const storage = await open({
      encrypt,
      decrypt: (stored) => [...String(stored).slice(1, -1)].reverse().join(""),
    });
    await storage.write({ rows: [row(1, { body: '"secret"' })] });
    const bare = await open();
    expect((await bare.read("p1")).rows[0]?.body).toBe('<"terces">');
    expect((await storage.read("p1")).rows[0]?.body).toBe('"secret"');
    const verdict = { p: "p1", channel: "c", settlement: "{}", at: 7 };
    await storage.write({
      verdicts: [
        { ...verdict, n: 1, reply: "yes" },
        { ...verdict, n: 2 },
      ],
    });
    expect((await bare.read("p1")).verdicts.map(({ reply }) => reply)).toEqual(["<sey>", undefined]);
    expect((await storage.read("p1")).verdicts.map(({ reply }) => reply)).toEqual(["yes", undefined]);
  });

  it("gives the other rows when one cannot be decrypted, and says which it is", async () => {
    const storage = await open({
      decrypt: (stored) => {
        if (stored === "2") throw new Error("another key");
        return String(stored);
      },
    });
    await storage.write({ rows: [row(1), row(2), row(3)] });
    expect((await storage.read("p1")).rows.map(({ body }) => body)).toEqual(["1", null, "3"]);
    await storage.write({
      verdicts: ["1", "2"].map((reply, i) => ({
        p: "p1",
        channel: "c",
        n: i,
        settlement: "{}",
        reply,
        at: 7,
      })),
    });
    expect((await storage.read("p1")).verdicts.map(({ reply }) => reply)).toEqual(["1", undefined]);
  });

  const damaged = (): never => {
    throw new DOMException("damaged", "UnknownError");
  };

  it("builds a damaged database anew, and says so (fault 29)", async () => {
    await (await open()).write({ rows: [row(1)] });
    const opening = vi.spyOn(IDBFactory.prototype, "open");
    opening.mockImplementationOnce(damaged).mockImplementationOnce(damaged);
    const storage = await open();
    expect([storage.isRebuilt, (await storage.read("p1")).rows]).toEqual([true, []]);
    opening.mockRestore();
  });

  it("does not throw away what one bad moment of the disk hid: it is asked for again first (fault 29)", async () => {
    await (await open()).write({ rows: [row(1)] });
    const opening = vi.spyOn(IDBFactory.prototype, "open").mockImplementationOnce(damaged);
    const storage = await open();
    expect([storage.isRebuilt, (await storage.read("p1")).rows.length]).toEqual([false, 1]);
    opening.mockRestore();
  });

  it("rejects a write that the quota refuses, and has changed nothing (fault 26)", async () => {
    const storage = await open();
    const { prototype } = (await import("fake-indexeddb")).IDBObjectStore;
    const put = Reflect.get(prototype, "put") as (
      this: never,
      ...input: unknown[]
    ) => IDBRequest<IDBValidKey>;
    const refusing = vi.spyOn(prototype, "put").mockImplementation(function (
      this: never,
      value: object,
      ...more
    ) {
      if ("body" in value) throw new DOMException("full", "QuotaExceededError");
      return put.call(this, value, ...more);
    });
    await expect(storage.write({ rows: [row(1)], counters: [counter(2)] })).rejects.toMatchObject({
      name: "QuotaExceededError",
    });
    refusing.mockRestore();
    const { rows, counters } = await storage.read("p1");
    expect([rows, counters]).toEqual([[], []]);
  });

  it("rejects where there is no database, as in private mode (fault 28)", async () => {
    vi.stubGlobal("indexedDB", {
      open: () => {
        throw new DOMException("denied", "SecurityError");
      },
    });
    await expect(open()).rejects.toMatchObject({ name: "SecurityError" });
  });

  it("makes way for a newer version of the app and says so (fault 27, fault 32)", async () => {
    const lost = vi.fn();
    await open({}, "ada", lost);
    const request = globalThis.indexedDB.open("resilient-socket", 2);
    await new Promise((done) => (request.onsuccess = done));
    expect(lost).toHaveBeenCalledOnce();
    await expect(open()).rejects.toMatchObject({ name: "VersionError" });
  });
});
