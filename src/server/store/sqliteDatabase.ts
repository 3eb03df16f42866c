import type { DatabaseSync } from "node:sqlite";
import { ResilientSocketError } from "../../core/errors.ts";
import type { SqliteRows } from "./sqliteRows.ts";
import { fromLayout1, schema, SCHEMA_VERSION } from "./sqliteSchema.ts";

export type SqliteDurability = "full" | "normal";

/** Opens the file, in WAL and fully synchronous, with a layout this version understands. */
export function openDatabase(Database: new (path: string) => DatabaseSync, path: string): DatabaseSync {
  const db = new Database(path);
  closing(db, () => prepare(db, path));
  return db;
}

/** A handle that nobody will use is closed: who tries again and again would run out of them. */
export function closing<T>(db: DatabaseSync, task: () => T): T {
  try {
    return task();
  } catch (error) {
    db.close();
    throw error;
  }
}

function prepare(db: DatabaseSync, path: string): void {
  // What is decided here (layout, epoch) must survive whatever the messages may not.
  db.exec("PRAGMA busy_timeout = 500; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  const { user_version: version } = db.prepare("PRAGMA user_version").get() as {
    readonly user_version: number;
  };
  if (version > SCHEMA_VERSION)
    throw new ResilientSocketError(
      "STORE_UNAVAILABLE",
      `${path} was written by a newer version of this package`,
    );
  const migration = version === 1 ? fromLayout1 : "";
  db.exec(`BEGIN IMMEDIATE; ${schema} ${migration} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}

export interface EpochFacts {
  readonly durability: SqliteDurability;
  readonly boot: string | undefined;
  readonly mint: () => string;
}

/**
 * The epoch of all channels of this file. A file that was not closed cleanly, was written with durability `normal`
 * and meets another start of the machine may have lost what it acknowledged: it gets a new one.
 */
export function settleEpoch(rows: SqliteRows, { durability, boot, mint }: EpochFacts): string {
  const meta = (key: string) => rows.get("meta", key)?.["value"] as string | undefined;
  const known = meta("epoch");
  const mayHaveLost =
    meta("durability") === "normal" &&
    meta("closed") !== "clean" &&
    (boot === undefined || meta("boot") !== boot);
  const epoch = known === undefined || mayHaveLost ? mint() : known;
  const facts = { epoch, durability, boot: boot ?? "", closed: "no" };
  for (const [key, value] of Object.entries(facts)) rows.run("setMeta", key, value);
  return epoch;
}
