import { type DBSchema, deleteDB, type IDBPDatabase, type IDBPTransaction, openDB } from "idb";
import type {
  OutboxChange,
  OutboxStorage,
  StoredCounter,
  StoredOutbox,
  StoredProducer,
  StoredRow,
  StoredVerdict,
} from "../../core/ports/outboxStorage.ts";
import type { IndexedDbOptions } from "./options.ts";

/** Rows of all scopes lie in one database: its name and layout do not change with the version of an app. */
const databaseName = "resilient-socket";
const layoutVersion = 1;

type Of<T> = T & { readonly scope: string };
/** As they lie there: payload and reply as `encrypt` made them. */
type Row = Of<Omit<StoredRow, "body">> & { readonly body: unknown };
type Verdict = Of<Omit<StoredVerdict, "reply">> & { readonly reply?: unknown };

const stores = ["rows", "counters", "producers", "verdicts"] as const;

interface Layout extends DBSchema {
  rows: { key: [string, string, string, number]; value: Row };
  counters: { key: [string, string, string]; value: Of<StoredCounter> };
  producers: { key: [string, string]; value: Of<StoredProducer> };
  verdicts: { key: [string, string, string, number]; value: Verdict };
}
type Database = IDBPDatabase<Layout>;
type Transaction = IDBPTransaction<Layout, typeof stores, "readwrite">;

const keyPaths = {
  rows: ["scope", "p", "channel", "n"],
  counters: ["scope", "p", "channel"],
  producers: ["scope", "p"],
  verdicts: ["scope", "p", "channel", "n"],
};

/** Everything under a prefix of the key: an array sorts after every string. */
const under = (...prefix: readonly string[]): IDBKeyRange => IDBKeyRange.bound(prefix, [...prefix, []]);

/** A request that fails fails its transaction, and that is told once, by `done`. */
const ofTransaction = (): void => undefined;

const asItIs = <T>(value: unknown): T => value as T;

export interface OpenOptions extends IndexedDbOptions {
  readonly scope: string;
  readonly lost: (error: unknown) => void;
}

/** Undefined: it is damaged. A newer layout, private mode, no permission: not ours to delete. */
const undamaged = async (open: () => Promise<Database>): Promise<Database | undefined> => {
  try {
    return await open();
  } catch (error) {
    if ((error as DOMException).name !== "UnknownError") throw error;
    return undefined;
  }
};

/** A damaged database is built anew: what was in it cannot be read any more. One bad moment of the disk looks the same, once. */
const openOrRebuild = async (open: () => Promise<Database>): Promise<readonly [Database, boolean]> => {
  const db = (await undamaged(open)) ?? (await undamaged(open));
  if (db) return [db, false];
  await deleteDB(databaseName);
  return [await open(), true];
};

const connect = (lost: OpenOptions["lost"]): Promise<Database> =>
  openDB<Layout>(databaseName, layoutVersion, {
    upgrade: (db) => {
      for (const name of stores)
        if (!db.objectStoreNames.contains(name)) db.createObjectStore(name, { keyPath: keyPaths[name] });
    },
    // A newer version of the app wants to change the layout: it must not wait for this page.
    blocking: (_old, _new, event) => {
      (event.target as IDBDatabase).close();
      lost(new Error("a newer version of this app has taken the database"));
    },
  });

export const openOutbox = async (options: OpenOptions): Promise<OutboxStorage> => {
  const { scope, lost, durability = "strict", encrypt = asItIs, decrypt = asItIs<string> } = options;
  const [db, isRebuilt] = await openOrRebuild(() => connect(lost));

  /** One transaction: all of it or, when anything throws or fails, nothing. */
  const change = async (
    task: (store: (name: (typeof stores)[number]) => ReturnType<Transaction["objectStore"]>) => void,
  ): Promise<void> => {
    const tx: Transaction = db.transaction(stores, "readwrite", { durability });
    try {
      task((name) => tx.objectStore(name));
    } catch (error) {
      tx.done.catch(ofTransaction);
      tx.abort();
      throw error;
    }
    await tx.done;
  };

  const write = async ({
    producers = [],
    rows = [],
    removed = [],
    counters = [],
    verdicts = [],
  }: OutboxChange): Promise<void> => {
    // Before the transaction: one that waits for a promise of the app commits by itself.
    const sealed = await Promise.all(
      rows.map(async (row) => ({ ...row, scope, body: await encrypt(row.body ?? "") })),
    );
    const sealedVerdicts = await Promise.all(
      verdicts.map(async ({ reply, ...verdict }) => ({
        ...verdict,
        ...(reply !== undefined && { reply: await encrypt(reply) }),
      })),
    );
    await change((store) => {
      const put = (name: (typeof stores)[number], values: readonly object[]): void => {
        for (const value of values)
          store(name)
            .put({ ...value, scope } as never)
            .catch(ofTransaction);
      };
      put("producers", producers);
      for (const { p, channel, next, answered } of counters)
        (async () => {
          const kept = (await store("counters").get([scope, p, channel])) as StoredCounter | undefined;
          const larger = (a: number, b = 0): number => Math.max(a, b);
          const counter = { next: larger(next, kept?.next), answered: larger(answered, kept?.answered) };
          await store("counters").put({ scope, p, channel, ...counter });
        })().catch(ofTransaction);
      put("verdicts", sealedVerdicts);
      put("rows", sealed);
      for (const [p, channel, n] of removed)
        store("rows").delete([scope, p, channel, n]).catch(ofTransaction);
    });
  };

  /** One that cannot be read any more must not hide the others. */
  const unsealed = async (sealed: unknown): Promise<string | null> => {
    try {
      return await decrypt(sealed);
    } catch {
      return null;
    }
  };
  const unsealedRow = async (row: Row): Promise<StoredRow> => ({ ...row, body: await unsealed(row.body) });
  const unsealedVerdict = async ({ reply: sealed, ...verdict }: Verdict): Promise<StoredVerdict> => {
    const reply = sealed === undefined ? null : await unsealed(sealed);
    return { ...verdict, ...(reply !== null && { reply }) };
  };

  const read = async (p: string): Promise<StoredOutbox> => {
    const range = under(scope, p);
    const tx = db.transaction(stores);
    const [rows, counters, verdicts, producers] = await Promise.all([
      tx.objectStore("rows").getAll(range),
      tx.objectStore("counters").getAll(range),
      tx.objectStore("verdicts").getAll(range),
      tx.objectStore("producers").getAll(IDBKeyRange.only([scope, p])),
    ]);
    return {
      producers,
      counters,
      verdicts: await Promise.all(verdicts.map(unsealedVerdict)),
      rows: await Promise.all(rows.map(unsealedRow)),
    };
  };

  return {
    isRebuilt,
    write,
    read,
    producers: () => db.getAll("producers", under(scope)),
    forget: (p) =>
      change((store) => {
        for (const name of stores)
          store(name)
            .delete(name === "producers" ? IDBKeyRange.only([scope, p]) : under(scope, p))
            .catch(ofTransaction);
      }),
    close: () => db.close(),
  };
};
