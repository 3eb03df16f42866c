import type { Clock, Dice } from "../../core/ports.ts";
import { systemClock } from "../../platform/systemClock.ts";
import { systemDice } from "../../platform/systemDice.ts";
import type { Position, ProducerAsk } from "../../protocol/frames.ts";
import { type AppendView, decideAppend, emptyChannel } from "./decideAppend.ts";
import { decidePublish } from "./decidePublish.ts";
import type { AppendBatch, LogEvent, LogSlice, LogStore, PublishItem } from "./LogStore.ts";
import { MemoryState } from "./memoryState.ts";
import { mintTail } from "./mintTail.ts";
import { positionOf } from "./producerRecord.ts";
import { countToTrim, createTrimTally, type Retention, resolveRetention } from "./retention.ts";

/** How much a store in memory remembers, and for how long. */
export interface MemoryStoreOptions {
  /** Verdicts are kept for this many numbers per producer and channel. Default 1 024. */
  readonly window?: number | undefined;
  readonly retention?: Partial<Retention> | undefined;
  /** Caller-given keys a subject may hold. Default 10 000. */
  readonly keysPerSubject?: number | undefined;
  /** How long a silent producer, and a key whose event is gone, is remembered, in ms. Default 8 days: the outbox max age and a day. */
  readonly producerLifeMs?: number | undefined;
  readonly ports?: { readonly clock: Clock; readonly dice: Dice } | undefined;
}

/** A store that dies with its process: for development and tests. Acknowledged means applied. */
export interface MemoryStore extends LogStore {
  /** For tests: the state of now, to come back to. */
  readonly checkpoint: () => MemoryState;
  /** For tests: what a failover or a restored backup does. The epoch stays, everything since the checkpoint is gone. */
  readonly restore: (checkpoint: MemoryState) => void;
  /** For tests: everything is lost, and the epoch says so. */
  readonly wipe: () => void;
  /** For tests: drops every event of `channel` below `first`, as retention does. */
  readonly trim: (channel: string, first: number) => void;
  /** For tests: forgets a producer, as expiry does. */
  readonly expire: (subject: string, p: string) => void;
}

/** Writes, or ms, between two looks at what is remembered for too long. */
const EXPIRE_EVERY = 4096;
const EXPIRE_EVERY_MS = 3_600_000;

/** A log that lives as long as its process: acks mean `applied`, and its clients are told `lost` after a restart. */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { window = 1024, keysPerSubject = 10_000, producerLifeMs = 8 * 86_400_000, ports } = options;
  const clock = ports?.clock ?? systemClock;
  const dice = ports?.dice ?? systemDice;
  const retention = resolveRetention(options.retention);
  const tally = createTrimTally();
  let state = new MemoryState(dice.uuid());
  let writes = 0;
  let expiredAt = clock.wallMs();

  const expire = () => {
    const now = clock.wallMs();
    if (++writes % EXPIRE_EVERY !== 0 && Math.abs(now - expiredAt) <= EXPIRE_EVERY_MS) return;
    expiredAt = now;
    state.expire(now, producerLifeMs);
  };

  const view: AppendView = {
    get epoch() {
      return state.epoch;
    },
    head: (channel) => state.log(channel) ?? emptyChannel,
    channel: (channel) => state.open(channel),
    producer: (subject, p, channel) => state.producer(subject, p)?.channels.get(channel),
    knows: (subject, p) => state.producer(subject, p)?.tombstoneOnly === false,
    keep: (subject, p, channel, record) => state.keep(subject, p, channel, record, clock.wallMs()),
    push: (event) => {
      const log = state.push(event);
      const { age, size } = countToTrim(log, retention, clock.wallMs());
      if (age > 0) tally.add("age", age, state.drop(log, age));
      if (size > 0) tally.add("size", size, state.drop(log, size));
    },
    key: (channel, subject, key) => state.keys(channel, subject).get(key),
    keepKey: (channel, subject, key, record) => {
      state.keys(channel, subject).set(key, { ...record, keptAt: clock.wallMs() });
      state.keyCounts.set(subject, (state.keyCounts.get(subject) ?? 0) + 1);
    },
    hasRoomForKey: (subject) => (state.keyCounts.get(subject) ?? 0) < keysPerSubject,
    mintTail: () => mintTail(dice),
    wallMs: clock.wallMs,
  };

  const head = (channel: string) => {
    const log = state.log(channel);
    return { epoch: state.epoch, seq: log?.seq ?? 0, tail: log?.tail ?? "", lam: log?.lam ?? 0 };
  };

  return {
    name: "memory",
    ack: "applied",
    window,
    retentionMs: retention.minAgeMs,
    dedupWindowMs: producerLifeMs,
    trimmed: tally.trimmed,
    open: async () => {},
    close: async () => {},
    append: async (batches: readonly AppendBatch[]) => {
      expire();
      return batches.map((batch) => decideAppend(view, batch, window));
    },
    publish: async (item: PublishItem) => {
      expire();
      return decidePublish(view, item);
    },
    head: async (channel: string) => head(channel),
    read: async (channel: string, fromSeq: number, limit: number): Promise<LogSlice> => {
      const log = state.log(channel);
      const events: readonly LogEvent[] = log?.events ?? [];
      const first = log?.first ?? 1;
      const from = Math.max(0, fromSeq - first);
      return { ...head(channel), first, events: events.slice(from, from + limit) };
    },
    positions: async (subject: string, asks: readonly ProducerAsk[]): Promise<readonly Position[]> =>
      asks.map((ask) =>
        positionOf(ask, view.producer(subject, ask.p, ask.c), view.knows(subject, ask.p), head(ask.c).seq),
      ),
    retire: async (subject: string, p: string) => state.retire(subject, p),
    checkpoint: () => state.clone(),
    restore: (checkpoint) => {
      state = checkpoint.clone();
    },
    wipe: () => {
      state = new MemoryState(dice.uuid());
    },
    trim: (channel, first) => state.trim(channel, first),
    expire: (subject, p) => state.forget(subject, p),
  };
}
