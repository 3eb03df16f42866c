import type { DatabaseSync } from "node:sqlite";
import { ResilientSocketError } from "../../core/errors.ts";
import type { Clock, Dice } from "../../core/ports.ts";
import { systemClock } from "../../platform/systemClock.ts";
import { systemDice } from "../../platform/systemDice.ts";
import { bootId } from "./bootId.ts";
import { decideAppend } from "./decideAppend.ts";
import { decidePublish } from "./decidePublish.ts";
import { groupCommit } from "./groupCommit.ts";
import type { LogEvent, LogStore } from "./LogStore.ts";
import { positionOf } from "./producerRecord.ts";
import { createTrimTally, type Retention, resolveRetention } from "./retention.ts";
import { closing, openDatabase, settleEpoch, type SqliteDurability } from "./sqliteDatabase.ts";
import { type SqliteRows, sqliteRows } from "./sqliteRows.ts";
import { createSqliteView, type SqliteView } from "./sqliteView.ts";

/** Where the log is, how surely it is stored, and for how long. */
export interface SqliteStoreOptions {
  /** Created when it does not exist; `:memory:` for a test. */
  readonly path: string;
  /** `full` survives power loss; `normal` survives kill -9 and is faster. Default `full`. */
  readonly durability?: SqliteDurability | undefined;
  /** Verdicts are kept for this many numbers per producer and channel. Default 1 024. */
  readonly window?: number | undefined;
  readonly retention?: Partial<Retention> | undefined;
  /** Caller-given keys a subject may hold. Default 10 000. */
  readonly keysPerSubject?: number | undefined;
  /** How long a silent producer, and a key whose event is gone, is remembered, in ms. Default 8 days: the outbox max age and a day. */
  readonly producerLifeMs?: number | undefined;
  readonly ports?: { readonly clock: Clock; readonly dice: Dice } | undefined;
  /** What tells one start of the machine from the next. For tests. */
  readonly bootId?: (() => string | undefined) | undefined;
}

interface Open {
  readonly db: DatabaseSync;
  readonly rows: SqliteRows;
  readonly view: SqliteView;
  readonly epoch: string;
  dataVersion: unknown;
  expiredAt: number;
}

const DAY_MS = 86_400_000;
const EXPIRE_EVERY_MS = 3_600_000;

/**
 * One file, one process, no service to run. Appends that arrive together share one commit.
 * @throws SQLITE_UNAVAILABLE below Node 22.13.
 */
export function sqliteStore(options: SqliteStoreOptions): LogStore {
  const { path, durability = "full", window = 1024, keysPerSubject = 10_000, ports } = options;
  const { producerLifeMs = 8 * DAY_MS } = options;
  const clock = ports?.clock ?? systemClock;
  const dice = ports?.dice ?? systemDice;
  const retention = resolveRetention(options.retention);
  const Database = process.getBuiltinModule?.("node:sqlite")?.DatabaseSync;
  if (!Database)
    throw new ResilientSocketError(
      "SQLITE_UNAVAILABLE",
      `node:sqlite needs Node 22.13 or newer, this is ${process.version}`,
    );
  const tally = createTrimTally();
  let current: Open | undefined;

  const opened = (): Open => {
    if (!current) throw new ResilientSocketError("STORE_UNAVAILABLE", "the SQLite store is not open");
    return current;
  };

  /** The view, after making sure that nobody else wrote to the file since. */
  const fresh = (): Open => {
    const store = opened();
    const version = store.rows.get("dataVersion")?.["data_version"];
    if (version !== store.dataVersion) {
      store.view.forget();
      store.dataVersion = version;
    }
    return store;
  };

  const commit = groupCommit({
    soon: clock.soon,
    begin: () => {
      if (Math.abs(clock.wallMs() - opened().expiredAt) > EXPIRE_EVERY_MS) expire(opened());
      opened().rows.run("begin");
      // Only now can nobody else write: what was cached before may be out of date.
      fresh();
    },
    commit: () => {
      const { view, rows } = opened();
      view.save();
      rows.run("commit");
    },
    rollback: () => {
      current?.view.forget();
      if (current?.db.isTransaction) current.db.exec("ROLLBACK");
    },
  });

  const expire = (store: Open) => {
    const { rows, view } = store;
    const now = clock.wallMs();
    store.expiredAt = now;
    view.forget();
    rows.run("expireProducers", now - producerLifeMs, now - Math.min(DAY_MS, producerLifeMs));
    rows.run("expireLanes", now - producerLifeMs);
    rows.run("expireVerdicts");
    rows.run("expireReplies");
    rows.run("expireKeys", now - producerLifeMs);
  };

  const headOf = ({ view, epoch }: Open, channel: string) => {
    const { seq = 0, tail = "", lam = 0 } = view.channelIfAny(channel) ?? {};
    return { epoch, seq, tail, lam };
  };

  const eventsOf = (
    { view, rows, epoch }: Open,
    channel: string,
    from: number,
    limit: number,
  ): readonly LogEvent[] => {
    const row = view.channelIfAny(channel);
    return row ? rows.events(channel, row.id, epoch, from, limit) : [];
  };

  return {
    name: "sqlite",
    ack: durability === "full" ? "disk" : "process",
    window,
    retentionMs: retention.minAgeMs,
    dedupWindowMs: producerLifeMs,
    trimmed: tally.trimmed,
    open: async () => {
      if (current) return;
      const db = openDatabase(Database, path);
      const rows = sqliteRows(db);
      const epoch = closing(db, () =>
        settleEpoch(rows, { durability, boot: (options.bootId ?? bootId)(), mint: dice.uuid }),
      );
      const view = createSqliteView({ rows, epoch, window, keysPerSubject, retention, tally, clock, dice });
      current = { db, rows, view, epoch, dataVersion: undefined, expiredAt: 0 };
      expire(current);
      db.exec(durability === "full" ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    },
    close: async () => {
      const store = current;
      if (!store) return;
      await commit.idle();
      current = undefined;
      store.db.exec("PRAGMA synchronous = FULL");
      store.rows.run("setMeta", "closed", "clean");
      store.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      store.db.close();
    },
    append: (batches) => commit.add(() => batches.map((batch) => decideAppend(opened().view, batch, window))),
    publish: (item) => commit.add(() => decidePublish(opened().view, item)),
    head: async (channel) => headOf(fresh(), channel),
    read: async (channel, fromSeq, limit) => {
      const store = fresh();
      const { first = 1 } = store.view.channelIfAny(channel) ?? {};
      return { ...headOf(store, channel), first, events: eventsOf(store, channel, fromSeq, limit) };
    },
    positions: async (subject, asks) => {
      const store = fresh();
      const { view } = store;
      return asks.map((ask) =>
        positionOf(
          ask,
          view.producer(subject, ask.p, ask.c),
          view.knows(subject, ask.p),
          headOf(store, ask.c).seq,
        ),
      );
    },
    retire: async (subject, p) => void fresh().rows.run("retire", subject, p),
  };
}
