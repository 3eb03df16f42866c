/** Messages on their way out: the outbox, the receipts, and what the app sees of them. */
import { createOutbox, type Lane, type Outbox, possiblySent, type Row, withdraw } from "../core/outbox.ts";
import type { Clock, Dice } from "../core/ports.ts";
import type { Settled } from "../core/sender.ts";
import type { Settlement } from "../core/settlement.ts";
import type { QueueState } from "../core/queueState.ts";
import { utf8Bytes } from "../core/utf8Bytes.ts";
import { isName } from "../protocol/isName.ts";
import { isPlace } from "../protocol/places.ts";
import { createReceipt, type ReceiptHandle } from "./createReceipt.ts";
import { createStore, memoised, type WritableStore } from "./createStore.ts";
import type { Emitter } from "./emitter.ts";
import type { Encode } from "./encode.ts";
import type { ClientOutboxOptions } from "./optionGroups.ts";
import type { Receipt } from "./receipt.ts";
import type { OutboxEntry, ResilientClient } from "./ResilientClient.ts";
import type { SendOptions } from "./sendOptions.ts";

export type QueuedRow = Row<ReceiptHandle>;
type Settling = Pick<QueuedRow, "id" | "channel" | "tag">;
export type QueuedLane = Lane<ReceiptHandle>;

export interface Queue {
  readonly outbox: Outbox<ReceiptHandle>;
  /** Producers of this tab: what they sent is `own`. */
  readonly producers: Set<string>;
  readonly view: ResilientClient["outbox"];
  readonly send: (payload: unknown, options: SendOptions) => Receipt;
  readonly settle: (settled: readonly Settled<ReceiptHandle>[]) => void;
  /** The connection is back: the time until the queue is empty is its `lastFlushMs`. */
  readonly flushing: () => void;
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
  /** As `drop`, but `uncertain` when it was possibly transmitted. */
  readonly forsake: (row: QueuedRow, settlement: Settlement) => void;
  /** Largest message the server takes, in bytes. */
  maxMessageBytes: number;
}

export interface QueueHost {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly emitter: Emitter;
  readonly encode: Encode;
  readonly options: ClientOutboxOptions;
  /** Something waits or changed: pump and notify soon. */
  readonly changed: () => void;
  /** A message must be looked at again at this time. */
  readonly dueIn: (delayMs: number) => void;
}

/** Room for the envelope of one message within a frame. */
export const envelopeBytes = 512;
const defaultFrameBytes = 65_536;

export const createQueue = ({ clock, dice, emitter, encode, options, changed, dueIn }: QueueHost): Queue => {
  const { capacity = Infinity, maxBytes = Infinity, maxAgeMs = Infinity, overflow } = options;
  const producers = new Set<string>();
  // Drawn when the first message is queued: making a client touches nothing.
  const outbox = createOutbox<ReceiptHandle>(() => {
    const [p = dice.uuid()] = producers;
    producers.add(p);
    return p;
  });
  const { rows } = outbox;
  const wallOf = (atMs: number): number => clock.wallMs() + atMs - clock.nowMs();
  const isFull = (bytes: number): boolean => outbox.depth >= capacity || outbox.bytes + bytes > maxBytes;
  const inFlight = ({ n, lane }: QueuedRow): boolean => n < lane.cursor;
  let version = 0;
  /** When the connection came back to a queue that was not empty. */
  let flushFromMs: number | null = null;
  let lastFlushMs: number | null = null;
  const touch = (): void => {
    if (flushFromMs !== null && !outbox.depth) {
      lastFlushMs = clock.nowMs() - flushFromMs;
      flushFromMs = null;
    }
    version++;
    changed();
  };

  const settleOne = ({ id, channel, tag }: Settling, settlement: Settlement): void => {
    tag.settle(settlement);
    emitter.emit("settled", { id, channel, settlement });
  };
  const drop = (row: QueuedRow, settlement: Settlement): void => {
    outbox.remove(row);
    settleOne(row, settlement);
    touch();
  };
  const forsake = (row: QueuedRow, settlement: Settlement): void =>
    drop(row, possiblySent(row) ? { kind: "uncertain" } : settlement);
  const takeBack = (row: QueuedRow, how: "aborted" | "expired"): void => {
    const outcome = withdraw(outbox, row, how);
    if (outcome !== "pending") settleOne(row, outcome);
    touch();
  };

  const abort = (rows: readonly QueuedRow[]): number => {
    for (const row of rows) takeBack(row, "aborted");
    return rows.length;
  };

  const snapshot = (): QueueState => {
    const all = rows();
    const oldestMs = all.reduce((least, { queuedAtMs }) => Math.min(least, queuedAtMs), Infinity);
    const { paused } = [...outbox.lanes.values()].find((lane) => lane.paused) ?? {};
    return {
      depth: outbox.depth,
      inFlight: all.filter(inFlight).length,
      capacity,
      saturation: Math.min(1, Math.max(outbox.depth / capacity, outbox.bytes / maxBytes)),
      bytes: outbox.bytes,
      oldestAt: all.length ? wallOf(oldestMs) : null,
      lastFlushMs,
      durability: "memory",
      pausedUntil: paused ? wallOf(paused.untilMs) : null,
      pauseReason: paused?.reason ?? null,
    };
  };

  const entriesOf = (): readonly OutboxEntry[] =>
    rows().map((row) => ({
      id: row.id,
      channel: row.channel,
      payload: row.payload,
      bytes: row.bytes,
      queuedAt: wallOf(row.queuedAtMs),
      status: inFlight(row) ? "inFlight" : "queued",
    }));

  /** Of the present version; a server render shows what an empty outbox does. */
  const view = <T>(make: () => T): WritableStore<T> =>
    createStore(
      memoised(() => version, make),
      make(),
      emitter.report,
    );
  const state = view(snapshot);
  const entries = view(entriesOf);

  const encoded: Encode = (...message) => {
    try {
      return encode(...message);
    } catch {
      return undefined;
    }
  };

  const queue: Queue = {
    outbox,
    producers,
    maxMessageBytes: defaultFrameBytes - envelopeBytes,
    touch,
    flushing: () => {
      flushFromMs = outbox.depth ? clock.nowMs() : null;
    },
    drop,
    forsake,
    notify: () => {
      state.notify();
      entries.notify();
    },
    view: {
      state,
      entries,
      // The first of them: a key that was sent twice is two messages.
      cancel: (id) =>
        abort(
          rows()
            .filter((row) => row.id === id)
            .slice(0, 1),
        ) > 0,
      clear: (channel) => abort(rows().filter((row) => channel === undefined || row.channel === channel)),
    },
    send: (payload, { channel = "default", idempotencyKey, ttlMs = Infinity, signal, expected }) => {
      const id = idempotencyKey ?? dice.uuid();
      const tag = createReceipt(id, emitter.report);
      const refuse = (settlement: Settlement): Receipt => {
        settleOne({ id, channel, tag }, settlement);
        return tag;
      };
      const reject = (code: string): Receipt => refuse({ kind: "rejected", code, by: "client" });
      if (!isName(channel, 256) || !isName(id, 128)) return reject("INVALID_NAME");
      if (expected !== undefined && !isPlace(expected)) return reject("INVALID_EXPECTED");
      const body = encoded(payload, { id, channel });
      if (body === undefined) return reject("UNSERIALIZABLE");
      const bytes = typeof body === "string" ? utf8Bytes(body) : "size" in body ? body.size : body.byteLength;
      if (bytes + utf8Bytes(channel + id) > queue.maxMessageBytes) return reject("TOO_LARGE");
      if (signal?.aborted) return refuse({ kind: "aborted" });
      if (isFull(bytes)) {
        if (!overflow || bytes > maxBytes) return reject("QUEUE_FULL");
        for (const row of overflow(outbox, () => !isFull(bytes))) settleOne(row, { kind: "evicted" });
        if (isFull(bytes)) return refuse({ kind: "evicted" });
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
        expected: expected && { seq: expected.seq, tail: expected.tail },
        payload,
        tag,
      });
      if (signal) {
        const withdrawn = (): void => void abort(rows().filter((row) => row.tag === tag));
        signal.addEventListener("abort", withdrawn);
        void tag.settled.then(() => signal.removeEventListener("abort", withdrawn));
      }
      if (lifeMs < Infinity) dueIn(lifeMs);
      touch();
      return tag;
    },
    settle: (settled) => {
      for (const [row, settlement] of settled) settleOne(row, settlement);
      touch();
    },
    expire: () => {
      const nowMs = clock.nowMs();
      let dueMs = Infinity;
      for (const row of rows()) {
        const forgetMs = row.queuedAtMs + maxAgeMs;
        if (nowMs >= forgetMs) forsake(row, { kind: "expired" });
        else if (nowMs >= row.expiresAtMs && !row.voided) takeBack(row, "expired");
        const nextMs = row.voided ? forgetMs : row.expiresAtMs;
        if (nextMs > nowMs) dueMs = Math.min(dueMs, nextMs - nowMs);
      }
      return dueMs;
    },
    purge: () => {
      for (const row of rows()) forsake(row, { kind: "aborted" });
    },
  };
  return queue;
};
