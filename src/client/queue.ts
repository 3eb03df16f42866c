/** Messages on their way out: the outbox, the receipts, and what the app sees of them. */
import { createOutbox, type Lane, type Outbox, possiblySent, type Row, withdraw } from "../core/outbox.ts";
import type { Clock, Dice } from "../core/ports.ts";
import type { Settled } from "../core/sender.ts";
import type { Settlement } from "../core/settlement.ts";
import type { QueueState } from "../core/queueState.ts";
import { utf8Bytes } from "../core/utf8Bytes.ts";
import { createReceipt, type ReceiptHandle } from "./createReceipt.ts";
import { createStore, memoised } from "./createStore.ts";
import type { Emitter } from "./emitter.ts";
import type { OutboxOptions } from "./optionGroups.ts";
import type { Receipt } from "./receipt.ts";
import type { OutboxEntry, ResilientClient } from "./ResilientClient.ts";
import type { SendOptions } from "./sendOptions.ts";

export type QueuedRow = Row<ReceiptHandle>;
export type QueuedLane = Lane<ReceiptHandle>;

export interface Queue {
  readonly outbox: Outbox<ReceiptHandle>;
  /** Producers of this tab: what they sent is `own`. */
  readonly producers: Set<string>;
  readonly view: ResilientClient["outbox"];
  readonly send: (payload: unknown, options: SendOptions) => Receipt;
  readonly settle: (settled: readonly Settled<ReceiptHandle>[]) => void;
  /** Rows changed in another way. */
  readonly touch: () => void;
  /** Expires what is due; ms until the next, Infinity without one. */
  readonly expire: () => number;
  /** Settles everything: never transmitted `aborted`, else `uncertain`. */
  readonly purge: () => void;
  /** Notifies the stores. */
  readonly notify: () => void;
  /** Takes a row out with this settlement, whatever its lane says. */
  readonly drop: (row: QueuedRow, settlement: Settlement) => void;
  /** Largest message the server takes, in bytes; larger ones that wait settle `rejected TOO_LARGE`. */
  readonly limitMessages: (maxBytes: number) => void;
  /** Room for the envelope of one message within a frame. */
  readonly envelopeBytes: number;
  lastFlushMs: number | null;
}

export interface QueueHost {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly emitter: Emitter;
  readonly encode: (payload: unknown) => string | ArrayBuffer | undefined;
  readonly options: OutboxOptions;
  /** Something waits or changed: pump and notify soon. */
  readonly changed: () => void;
  /** A message must be looked at again at this time. */
  readonly dueIn: (delayMs: number) => void;
}

const envelopeBytes = 512;
const defaultFrameBytes = 65_536;

export const createQueue = ({ clock, dice, emitter, encode, options, changed, dueIn }: QueueHost): Queue => {
  const capacity = options.capacity ?? Infinity;
  const maxBytes = options.maxBytes ?? Infinity;
  const maxAgeMs = options.maxAgeMs ?? Infinity;
  const producers = new Set<string>();
  // Drawn when the first message is queued: making a client touches nothing.
  const producer = (): string => {
    const [p = dice.uuid()] = producers;
    producers.add(p);
    return p;
  };
  const outbox = createOutbox<ReceiptHandle>(producer, { capacity, maxBytes });
  const wallOf = (atMs: number): number => clock.wallMs() + atMs - clock.nowMs();
  let version = 0;
  let maxMessageBytes = defaultFrameBytes - envelopeBytes;
  const touch = (): void => {
    version++;
    changed();
  };

  const rows = (): QueuedRow[] => [...outbox.lanes.values()].flatMap((lane) => [...lane.rows.values()]);
  const inFlight = (lane: QueuedLane, row: QueuedRow): boolean => row.n < lane.cursor;

  const settleOne = (row: QueuedRow, settlement: Settlement): void => {
    row.tag.settle(settlement);
    emitter.emit("settled", { id: row.id, channel: row.channel, settlement });
  };

  const drop = (row: QueuedRow, settlement: Settlement): void => {
    const lane = outbox.lanes.get(row.channel);
    if (lane) outbox.remove(lane, row.n);
    settleOne(row, settlement);
    touch();
  };

  const snapshot = (): QueueState => {
    let flying = 0;
    let oldestMs = Infinity;
    let paused: QueuedLane["paused"] = null;
    for (const lane of outbox.lanes.values()) {
      for (const row of lane.rows.values()) {
        if (inFlight(lane, row)) flying++;
        oldestMs = Math.min(oldestMs, row.queuedAtMs);
      }
      paused ??= lane.paused;
    }
    return {
      depth: outbox.depth,
      inFlight: flying,
      capacity,
      saturation: Math.min(1, Math.max(outbox.depth / capacity, outbox.bytes / maxBytes)),
      bytes: outbox.bytes,
      oldestAt: oldestMs === Infinity ? null : wallOf(oldestMs),
      lastFlushMs: queue.lastFlushMs,
      durability: "memory",
      pausedUntil: paused && wallOf(paused.untilMs),
      pauseReason: paused && paused.reason,
    };
  };

  const entriesOf = (): readonly OutboxEntry[] =>
    [...outbox.lanes.values()].flatMap((lane) =>
      [...lane.rows.values()].map((row) => ({
        id: row.id,
        channel: row.channel,
        payload: row.payload,
        bytes: row.bytes,
        queuedAt: wallOf(row.queuedAtMs),
        status: inFlight(lane, row) ? "inFlight" : "queued",
      })),
    );

  const abort = (row: QueuedRow | undefined): boolean => {
    if (!row) return false;
    const outcome = withdraw(outbox, row.channel, row.n, "aborted");
    if (outcome && outcome !== "pending") settleOne(row, outcome);
    touch();
    return outcome !== undefined;
  };
  const abortTag = (tag: ReceiptHandle): void => void abort(rows().find((row) => row.tag === tag));

  const empty: QueueState = {
    depth: 0,
    inFlight: 0,
    capacity,
    saturation: 0,
    bytes: 0,
    oldestAt: null,
    lastFlushMs: null,
    durability: "memory",
    pausedUntil: null,
    pauseReason: null,
  };
  const none: readonly OutboxEntry[] = [];
  const state = createStore(
    memoised(() => version, snapshot),
    empty,
    emitter.report,
  );
  const entries = createStore(
    memoised(() => version, entriesOf),
    none,
    emitter.report,
  );

  const queue: Queue = {
    outbox,
    producers,
    lastFlushMs: null,
    envelopeBytes,
    touch,
    drop,
    limitMessages: (limit) => {
      maxMessageBytes = limit;
      for (const lane of outbox.lanes.values())
        for (const row of [...lane.rows.values()])
          if (row.bytes > limit)
            drop(
              row,
              possiblySent(lane, row)
                ? { kind: "uncertain" }
                : { kind: "rejected", code: "TOO_LARGE", by: "client" },
            );
    },
    notify: () => {
      state.notify();
      entries.notify();
    },
    view: {
      state,
      entries,
      cancel: (id) => abort(rows().find((row) => row.id === id)),
      clear: (channel) =>
        rows().filter((row) => (channel === undefined || row.channel === channel) && abort(row)).length,
    },
    send: (payload, { channel = "default", idempotencyKey, ttlMs = Infinity, signal, guard }) => {
      const id = idempotencyKey ?? dice.uuid();
      const receipt = createReceipt(id, emitter.report);
      const refuse = (settlement: Settlement): Receipt => {
        receipt.settle(settlement);
        emitter.emit("settled", { id, channel, settlement });
        return receipt;
      };
      const reject = (code: string): Receipt => refuse({ kind: "rejected", code, by: "client" });
      let body: string | ArrayBuffer | undefined;
      try {
        body = encode(payload);
      } catch {
        body = undefined;
      }
      if (body === undefined) return reject("UNSERIALIZABLE");
      const bytes = typeof body === "string" ? utf8Bytes(body) : body.byteLength;
      if (bytes + utf8Bytes(channel + id) > maxMessageBytes) return reject("TOO_LARGE");
      if (signal?.aborted || guard?.() === false) return refuse({ kind: "aborted" });
      if (outbox.full(bytes)) {
        if (options.overflow !== "evict-oldest" || bytes > maxBytes) return reject("QUEUE_FULL");
        for (const row of outbox.evict(bytes)) settleOne(row, { kind: "evicted" });
        if (outbox.full(bytes)) return refuse({ kind: "evicted" });
      }
      const lifeMs = Math.min(ttlMs, maxAgeMs);
      const queuedAtMs = clock.nowMs();
      outbox.add({
        channel,
        id,
        body,
        bytes,
        queuedAtMs,
        expiresAtMs: queuedAtMs + lifeMs,
        keyed: idempotencyKey !== undefined,
        payload,
        tag: receipt,
      });
      if (signal) {
        const withdrawn = (): void => abortTag(receipt);
        signal.addEventListener("abort", withdrawn);
        void receipt.settled.then(() => signal.removeEventListener("abort", withdrawn));
      }
      if (lifeMs < Infinity) dueIn(lifeMs);
      touch();
      return receipt;
    },
    settle: (settled) => {
      for (const [row, settlement] of settled) settleOne(row, settlement);
      touch();
    },
    expire: () => {
      const nowMs = clock.nowMs();
      let dueMs = Infinity;
      for (const lane of outbox.lanes.values())
        for (const row of lane.rows.values()) {
          const forgetMs = row.queuedAtMs + maxAgeMs;
          if (nowMs >= forgetMs) drop(row, { kind: possiblySent(lane, row) ? "uncertain" : "expired" });
          else if (nowMs >= row.expiresAtMs && !row.voided) {
            const outcome = withdraw(outbox, lane.channel, row.n, "expired");
            if (outcome && outcome !== "pending") settleOne(row, outcome);
            touch();
          }
          const next = row.voided ? forgetMs : row.expiresAtMs;
          if (next > nowMs) dueMs = Math.min(dueMs, next - nowMs);
        }
      return dueMs;
    },
    purge: () => {
      for (const lane of outbox.lanes.values())
        for (const row of [...lane.rows.values()])
          drop(row, { kind: possiblySent(lane, row) ? "uncertain" : "aborted" });
    },
  };
  return queue;
};
