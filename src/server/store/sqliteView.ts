import type { Clock, Dice } from "../../core/ports.ts";
import { utf8Bytes } from "../../core/utf8Bytes.ts";
import { type AppendView, type ChannelRecord, emptyChannel, type KeyRecord } from "./decideAppend.ts";
import { mintTail } from "./mintTail.ts";
import type { ProducerRecord } from "./producerRecord.ts";
import type { Retention, TrimTally } from "./retention.ts";
import type { SqliteRows } from "./sqliteRows.ts";
import { trimChannel } from "./trimChannel.ts";

export interface ChannelRow extends ChannelRecord {
  readonly id: number;
  readonly name: string;
  first: number;
  bytes: number;
  /** Appends since the last look at retention. */
  untrimmed: number;
}

interface Lane {
  readonly id: number;
  readonly key: string;
  record: ProducerRecord;
  /** The position in the database: verdicts above it are new. */
  savedN: number;
}

/** The append's view of a database: reads through a cache, writes rows at once and records at the end. */
export interface SqliteView extends AppendView {
  readonly channelIfAny: (name: string) => ChannelRow | undefined;
  /** Writes what changed; inside the transaction, before its commit. */
  readonly save: () => void;
  /** Forgets the cache: after a rollback, or when another process wrote. */
  readonly forget: () => void;
}

export interface SqliteViewOptions {
  readonly rows: SqliteRows;
  readonly epoch: string;
  readonly window: number;
  readonly keysPerSubject: number;
  readonly retention: Retention;
  readonly tally: TrimTally;
  readonly clock: Clock;
  readonly dice: Dice;
}

/** Records kept in memory; the least recently loaded go first. */
const MAX_CACHED = 10_000;
const TOUCH_MS = 3_600_000;
const TRIM_EVERY = 256;

export function createSqliteView(options: SqliteViewOptions): SqliteView {
  const { rows, epoch, window, keysPerSubject, clock, dice } = options;
  const channels = new Map<string, ChannelRow>();
  const lanes = new Map<string, Lane>();
  const touched = new Map<string, number>();
  const dirtyChannels = new Set<ChannelRow>();
  const dirtyLanes = new Set<Lane>();

  const channelIfAny = (name: string): ChannelRow | undefined => {
    const cached = channels.get(name);
    if (cached) return cached;
    const row = rows.get("channel", name);
    if (!row) return undefined;
    const channel = { ...(row as unknown as Omit<ChannelRow, "name" | "untrimmed">), name, untrimmed: 0 };
    remember(channels, name, channel);
    return channel;
  };

  const channel = (name: string): ChannelRow => {
    const known = channelIfAny(name);
    if (known) return known;
    const id = rows.run("addChannel", name);
    const fresh = { id, name, seq: 0, tail: "", lam: 0, first: 1, bytes: 0, untrimmed: 0 };
    remember(channels, name, fresh);
    return fresh;
  };

  const keyOf = (subject: string, p: string, name: string) => JSON.stringify([subject, p, name]);

  const laneIfAny = (subject: string, p: string, name: string): Lane | undefined => {
    const key = keyOf(subject, p, name);
    const cached = lanes.get(key);
    if (cached) return cached;
    const row = rows.get("lane", subject, p, name);
    if (!row) return undefined;
    const record = rows.record(row, window);
    const lane = { id: row["id"] as number, key, record, savedN: record.n };
    remember(lanes, key, lane);
    return lane;
  };

  const lane = (subject: string, p: string, name: string, record: () => ProducerRecord): Lane => {
    const known = laneIfAny(subject, p, name);
    if (known) return known;
    const key = keyOf(subject, p, name);
    const id = rows.run("addLane", subject, p, name, clock.wallMs());
    const fresh = { id, key, record: record(), savedN: 0 };
    remember(lanes, key, fresh);
    return fresh;
  };

  const touch = (subject: string, p: string) => {
    const key = keyOf(subject, p, "");
    const now = clock.wallMs();
    if (Math.abs(now - (touched.get(key) ?? -Infinity)) < TOUCH_MS) return;
    rows.run("touchProducer", subject, p, now);
    remember(touched, key, now);
  };

  const saveLane = ({ id, record, savedN }: Lane) => {
    rows.run("setLane", record.n, record.closed ? 1 : 0, clock.wallMs(), id);
    for (const [from, to, code, seq = null, tail = null] of record.verdicts)
      if (from > savedN) rows.run("addVerdict", id, from, to, code, seq, tail);
    for (const [n, text] of record.replies) if (n > savedN) rows.run("addReply", id, n, text);
    if (Math.floor(record.n / window) === Math.floor(savedN / window)) return;
    rows.run("dropVerdicts", id, record.n - window);
    rows.run("dropReplies", id, record.n - window);
  };

  return {
    epoch,
    channelIfAny,
    head: (name) => channelIfAny(name) ?? emptyChannel,
    channel: (name) => {
      const row = channel(name);
      dirtyChannels.add(row);
      return row;
    },
    producer: (subject, p, name) => laneIfAny(subject, p, name)?.record,
    knows: (subject, p) =>
      touched.has(keyOf(subject, p, "")) || rows.get("producer", subject, p) !== undefined,
    keep: (subject, p, name, record) => {
      const row = lane(subject, p, name, () => record);
      row.record = record;
      dirtyLanes.add(row);
      if (!record.closed) touch(subject, p);
    },
    push: (event, n) => {
      const row = channel(event.channel);
      const { seq, tail, prev, lam, d, id = null, subject = null, p = null, storedAt } = event;
      const owner =
        subject === null || p === null || n === undefined
          ? null
          : lane(subject, p, event.channel, () => ({
              n: 0,
              closed: false,
              runs: [],
              verdicts: [],
              replies: [],
            })).id;
      rows.run("addEvent", row.id, seq, tail, prev, lam, d, id, subject, p, owner, n ?? null, storedAt);
      row.bytes += utf8Bytes(d);
      row.untrimmed++;
      dirtyChannels.add(row);
    },
    key: (name, subject, key) => rows.get("key", name, subject, key) as KeyRecord | undefined,
    keepKey: (name, subject, key, { hash, seq, tail }) =>
      void rows.run("addKey", name, subject, key, hash, seq, tail, clock.wallMs()),
    hasRoomForKey: (subject) =>
      ((rows.get("countKeys", subject)?.["count"] as number | undefined) ?? 0) < keysPerSubject,
    mintTail: () => mintTail(dice),
    wallMs: clock.wallMs,
    save: () => {
      for (const row of dirtyLanes) {
        saveLane(row);
        row.savedN = row.record.n;
      }
      for (const row of dirtyChannels) {
        if (row.untrimmed >= TRIM_EVERY || row.bytes > options.retention.maxBytes) trimChannel(options, row);
        rows.run("setChannel", row.seq, row.tail, row.lam, row.first, row.bytes, row.id);
      }
      dirtyLanes.clear();
      dirtyChannels.clear();
    },
    forget: () => {
      channels.clear();
      lanes.clear();
      touched.clear();
      dirtyLanes.clear();
      dirtyChannels.clear();
    },
  };
}

function remember<V>(cache: Map<string, V>, key: string, value: V): void {
  cache.delete(key);
  cache.set(key, value);
  const [oldest] = cache.keys();
  if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest);
}
