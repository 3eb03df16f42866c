import { utf8Bytes } from "../../core/utf8Bytes.ts";
import type { ChannelRecord, KeyRecord } from "./decideAppend.ts";
import type { LogEvent } from "./LogStore.ts";
import { cloneRecord, type ProducerRecord } from "./producerRecord.ts";

interface Log extends ChannelRecord {
  /** Seq of the oldest stored event; head + 1 when none is stored. */
  first: number;
  bytes: number;
  events: LogEvent[];
}

interface KeptKey extends KeyRecord {
  readonly keptAt: number;
}

interface Producer {
  /** Known only as the original of a `re`: the producer itself counts as unknown. */
  tombstoneOnly: boolean;
  retired: boolean;
  touchedAt: number;
  channels: Map<string, ProducerRecord>;
}

/** The whole memory store as plain data, so that a test can copy it and come back to it. */
export class MemoryState {
  readonly epoch: string;
  readonly #logs = new Map<string, Log>();
  readonly #producers = new Map<string, Map<string, Producer>>();
  readonly #keys = new Map<string, Map<string, Map<string, KeptKey>>>();
  readonly keyCounts = new Map<string, number>();

  constructor(epoch: string) {
    this.epoch = epoch;
  }

  log(channel: string): Log | undefined {
    return this.#logs.get(channel);
  }

  open(channel: string): Log {
    let log = this.#logs.get(channel);
    if (!log) this.#logs.set(channel, (log = { seq: 0, tail: "", lam: 0, first: 1, bytes: 0, events: [] }));
    return log;
  }

  push(event: LogEvent): Log {
    const log = this.open(event.channel);
    log.events.push(event);
    log.bytes += utf8Bytes(event.d);
    return log;
  }

  /** Removes the oldest `count` events; answers how many bytes that were. */
  drop(log: Log, count: number): number {
    let bytes = 0;
    for (const event of log.events.splice(0, count)) bytes += utf8Bytes(event.d);
    log.bytes -= bytes;
    log.first += count;
    return bytes;
  }

  trim(channel: string, first: number): void {
    const log = this.open(channel);
    this.drop(log, Math.min(Math.max(0, first - log.first), log.events.length));
  }

  producer(subject: string, p: string): Producer | undefined {
    return this.#producers.get(subject)?.get(p);
  }

  keep(subject: string, p: string, channel: string, record: ProducerRecord, nowMs: number): void {
    const own = entry(this.#producers, subject);
    let producer = own.get(p);
    if (!producer)
      own.set(p, (producer = { tombstoneOnly: true, retired: false, touchedAt: 0, channels: new Map() }));
    if (!record.closed) producer.tombstoneOnly = false;
    producer.touchedAt = nowMs;
    producer.channels.set(channel, record);
  }

  retire(subject: string, p: string): void {
    const producer = this.producer(subject, p);
    if (producer) producer.retired = true;
  }

  forget(subject: string, p: string): void {
    this.#producers.get(subject)?.delete(p);
  }

  /** Drops producers that were silent for longer than `lifeMs`; the retired ones after a day. */
  expire(nowMs: number, lifeMs: number): void {
    for (const own of this.#producers.values())
      for (const [p, producer] of own)
        if (nowMs - producer.touchedAt > (producer.retired ? Math.min(lifeMs, 86_400_000) : lifeMs))
          own.delete(p);
    for (const [channel, subjects] of this.#keys)
      for (const [subject, keys] of subjects) {
        const first = this.log(channel)?.first ?? 1;
        for (const [key, { seq, keptAt }] of keys) {
          // A key lives as long as its event, and never shorter than the numbers are known.
          if (seq >= first || nowMs - keptAt <= lifeMs) continue;
          keys.delete(key);
          this.keyCounts.set(subject, (this.keyCounts.get(subject) ?? 1) - 1);
        }
      }
  }

  keys(channel: string, subject: string): Map<string, KeptKey> {
    return entry(entry(this.#keys, channel), subject);
  }

  clone(): MemoryState {
    const copy = new MemoryState(this.epoch);
    for (const [name, log] of this.#logs) copy.#logs.set(name, { ...log, events: [...log.events] });
    for (const [subject, own] of this.#producers)
      for (const [p, producer] of own) {
        const channels = new Map([...producer.channels].map(([name, record]) => [name, cloneRecord(record)]));
        entry(copy.#producers, subject).set(p, { ...producer, channels });
      }
    for (const [channel, subjects] of this.#keys)
      for (const [subject, keys] of subjects)
        for (const [key, record] of keys) copy.keys(channel, subject).set(key, record);
    for (const [subject, count] of this.keyCounts) copy.keyCounts.set(subject, count);
    return copy;
  }
}

function entry<K, V>(map: Map<K, Map<string, V>>, key: K): Map<string, V> {
  let inner = map.get(key);
  if (!inner) map.set(key, (inner = new Map<string, V>()));
  return inner;
}
