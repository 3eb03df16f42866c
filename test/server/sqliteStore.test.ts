import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AppendItem } from "../../src/server/store/LogStore.ts";
import { sqliteStore, type SqliteStoreOptions } from "../../src/server/store/sqliteStore.ts";
import { schema } from "../../src/server/store/sqliteSchema.ts";
import { storeSuite } from "./storeSuite.ts";

for (const durability of ["full", "normal"] as const)
  storeSuite(`SQLite ${durability}`, (fixture) => {
    const store = sqliteStore({ ...fixture, path: ":memory:", durability });
    return { store, dispose: () => store.close() };
  });

describe("the SQLite file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "resilient-store-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = async (more: Partial<SqliteStoreOptions> = {}) => {
    const store = sqliteStore({ path: join(folder, "a.db"), ...more });
    await store.open();
    return store;
  };
  const item = (n: number): AppendItem => ({ kind: "message", n, id: `i${n}`, d: String(n) });
  const batch = (...items: readonly AppendItem[]) => [
    { channel: "c", subject: "s", p: "p", acked: 0, old: false, lam: 0, items },
  ];
  const crash = () => new DatabaseSync(join(folder, "a.db")).close();

  it("keeps nothing of a channel to which nothing was appended: names cost nothing to invent (S14, I4)", async () => {
    const store = await open();
    await store.append(batch({ kind: "reject", n: 1, code: "FORBIDDEN" }, { kind: "skip", from: 2, to: 3 }));
    await store.append(batch({ kind: "message", n: 4, id: "i4", d: "4", expected: { seq: 7, tail: "no" } }));
    const file = new DatabaseSync(join(folder, "a.db"), { readOnly: true });
    expect(file.prepare("select count(*) as n from channels").get()).toEqual({ n: 0 });
    file.close();
    await store.close();
  });

  it("knows after a crash every number it answered, with runs and verdicts (fault 59)", async () => {
    const before = await open();
    await before.append(
      batch(item(1), { kind: "reject", n: 2, code: "NO" }, item(3), { kind: "skip", from: 4, to: 6 }),
    );
    crash();
    const after = await open();
    const [position] = await after.positions("s", [{ p: "p", c: "c", acked: 0 }]);
    expect(position).toEqual({
      p: "p",
      c: "c",
      n: 6,
      head: 2,
      runs: [
        [1, 1, 1],
        [3, 2, 1],
      ],
      verdicts: [
        [2, 2, "rejected:NO"],
        [4, 6, "skipped"],
      ],
    });
    const [again] = await after.append(batch(item(1), item(7)));
    expect(again).toMatchObject({ duplicates: 1, answer: { n: 7 } });
    await before.close();
    await after.close();
  });

  it("keeps its epoch over a restart when durability is full", async () => {
    const before = await open({ bootId: () => "one" });
    const { epoch } = await before.head("c");
    crash();
    expect((await (await open({ bootId: () => "two" })).head("c")).epoch).toBe(epoch);
  });

  it("with durability normal a power loss starts a new epoch; kill -9 and a clean stop do not (fault 60)", async () => {
    const normal = { durability: "normal" } as const;
    const first = await open({ ...normal, bootId: () => "one" });
    const { epoch } = await first.head("c");
    const afterKill = await open({ ...normal, bootId: () => "one" });
    expect((await afterKill.head("c")).epoch).toBe(epoch);
    await afterKill.close();
    const afterStop = await open({ ...normal, bootId: () => "two" });
    expect((await afterStop.head("c")).epoch).toBe(epoch);
    const afterPowerLoss = await open({ ...normal, bootId: () => "three" });
    expect((await afterPowerLoss.head("c")).epoch).not.toBe(epoch);
  });

  it("commits once for everything that arrives in one turn", async () => {
    const store = await open();
    const exec = vi.spyOn(DatabaseSync.prototype, "prepare");
    const other = new DatabaseSync(join(folder, "a.db"));
    const version = () =>
      (other.prepare("PRAGMA data_version").get() as { data_version: number }).data_version;
    const before = version();
    await Promise.all([1, 2, 3].map((n) => store.append(batch(item(n)))));
    expect(version() - before).toBe(1);
    exec.mockRestore();
    other.close();
    await store.close();
  });

  it("sees what another process wrote to the same file", async () => {
    const one = await open();
    const two = await open();
    await one.append(batch(item(1)));
    const [result] = await two.append(batch(item(1), item(2)));
    expect(result).toMatchObject({ duplicates: 1, answer: { n: 2, head: 2 } });
    expect((await one.head("c")).seq).toBe(2);
    const [third] = await one.append(batch(item(3)));
    expect(third?.events[0]?.seq).toBe(3);
    await one.close();
    await two.close();
  });

  it("rejects, changes nothing and goes on when a commit fails (fault 61)", async () => {
    const store = await open();
    await store.append(batch(item(1)));
    const other = new DatabaseSync(join(folder, "a.db"));
    other.exec("BEGIN IMMEDIATE");
    await expect(store.append(batch(item(2)))).rejects.toThrow();
    other.exec("ROLLBACK");
    other.close();
    const [result] = await store.append(batch(item(2)));
    expect(result?.answer).toMatchObject({ n: 2, runs: [[1, 1, 2]] });
    await store.close();
  }, 10_000);

  it("refuses a file of a newer layout", async () => {
    const db = new DatabaseSync(join(folder, "a.db"));
    db.exec("PRAGMA user_version = 99");
    db.close();
    await expect(open()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  it("takes over a file of layout 1: counts its bytes anew, and its keys know their places", async () => {
    const db = new DatabaseSync(join(folder, "a.db"));
    db.exec(schema.replace(", tail TEXT NOT NULL DEFAULT ''", ""));
    db.exec(`PRAGMA user_version = 1;
      INSERT INTO meta VALUES ('epoch', 'e1'), ('durability', 'full'), ('closed', 'clean'), ('boot', '');
      INSERT INTO channels (name, seq, tail, lam, first, bytes) VALUES ('c', 2, 't2', 2, 1, 999999);
      INSERT INTO log (channel, seq, tail, prev, lam, d, id, stored_at) VALUES
        (1, 1, 't1', '', 1, '"жж"', 'k', 1), (1, 2, 't2', 't1', 2, '"x"', NULL, 1);
      INSERT INTO keys VALUES ('c', '', 'k', 'h', 1, ${Date.now()})`);
    db.close();
    const store = await open({ retention: { maxBytes: 1000 } });
    const again = await store.publish({ channel: "c", d: '"жж"', key: "k", keyHash: "h" });
    expect(again).toEqual({ place: { epoch: "e1", seq: 1, tail: "t1" }, event: undefined });
    await store.publish({ channel: "c", d: "1" });
    expect((await store.read("c", 0, 10)).events).toHaveLength(3);
    await store.close();
    const after = new DatabaseSync(join(folder, "a.db"));
    expect(after.prepare("SELECT bytes FROM channels").get()).toEqual({ bytes: 6 + 3 + 1 });
    after.close();
  });

  it("forgets producers that were silent longer than their life, and only then (fault 63)", async () => {
    let wallMs = 1_000_000;
    const ports = {
      clock: { nowMs: () => wallMs, wallMs: () => wallMs, after: () => () => {}, soon: queueMicrotask },
      dice: { roll: () => 0.5, uuid: () => "e" },
    };
    const options = { ports, producerLifeMs: 10 * 3_600_000 };
    const first = await open(options);
    await first.append(batch(item(1)));
    await first.close();
    wallMs += 9 * 3_600_000;
    const second = await open(options);
    expect((await second.positions("s", [{ p: "p", c: "c", acked: 0 }]))[0]?.n).toBe(1);
    await second.close();
    wallMs += 20 * 3_600_000;
    const third = await open(options);
    expect((await third.positions("s", [{ p: "p", c: "c", acked: 0 }]))[0]?.n).toBeNull();
    await third.close();
  });

  it("says SQLITE_UNAVAILABLE where node:sqlite does not exist", () => {
    const builtin = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
    expect(() => sqliteStore({ path: ":memory:" })).toThrow(
      expect.objectContaining({ code: "SQLITE_UNAVAILABLE" }),
    );
    builtin.mockRestore();
  });
});
