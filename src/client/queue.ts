/** Messages on their way out: the outbox, the receipts, and what the app sees of them. */
import { possiblySent } from "../core/lane.ts";
import { createOutbox, leave, withdraw } from "../core/outbox.ts";
import type { Clock } from "../core/ports.ts";
import type { Replied, Settled } from "../core/sender.ts";
import type { Settlement } from "../core/settlement.ts";
import { utf8Bytes } from "../core/utf8Bytes.ts";
import type { BequestHost } from "./outbox/bequest.ts";
import { createQueueView } from "./createQueueView.ts";
import type { ReceiptHandle } from "./createReceipt.ts";
import { createKeeping, type Keeping, type KeepingHost } from "./outbox/createKeeping.ts";
import { createSend, type Send, type SendHost } from "./createSend.ts";
import type { QueuedOutbox, QueuedRow, Settling } from "./queuedRow.ts";
import type { ResilientClient } from "./ResilientClient.ts";
import type { SendOptions } from "./sendOptions.ts";

export interface Queue {
  readonly outbox: QueuedOutbox;
  /** Producers whose messages this tab sends. */
  readonly producers: Set<string>;
  /** What is `own`: what these producers numbered, and the messages with these keys, which an earlier boot left. */
  readonly mine: Set<string>;
  /** Something waits for the server: a message, or what was taken back and could not be removed from where it is stored. */
  readonly awaits: () => boolean;
  /** The storage of the outbox. */
  readonly keeping: Keeping;
  /** Set where messages live in memory only: other tabs may send them. */
  readonly estate: BequestHost | undefined;
  readonly view: ResilientClient["outbox"];
  readonly send: Send;
  readonly settle: (settled: readonly Settled<ReceiptHandle>[]) => void;
  /** The connection is back: the time until the queue is empty is its `lastFlushMs`. */
  readonly flushing: () => void;
  /** Rows changed in another way. */
  readonly touch: () => void;
  /** Takes from the waiting room what fits now: once a turn, before what waits is transmitted. */
  readonly admit: () => void;
  /** Expires what is due; ms until the next, Infinity without one. */
  readonly expire: () => number;
  /** Settles everything: never transmitted `aborted`, else `uncertain`. */
  readonly purge: () => void;
  /** The server said who speaks. After another subject nothing goes on under its numbers. */
  readonly signedIn: (subject: string) => void;
  /** The end: what is stored is left to the pages to come, unless it must not be, and its receipts settle `uncertain`. */
  readonly end: (keep: boolean) => Promise<void>;
  /** Notifies the stores, if anything changed since the last time. */
  readonly notify: () => void;
  /** Asks a row's guard; false: the row has left. One that may have been transmitted stays, as a void. */
  readonly mayGo: (row: QueuedRow) => boolean;
  /** Takes a row out with this settlement, whatever its lane says. */
  readonly drop: (row: QueuedRow, settlement: Settlement, reply?: Replied) => void;
  /** Never transmitted, it ends with this as soon as no page to come can send it; else it is `uncertain` at once. */
  readonly forsake: (row: QueuedRow, settlement: Settlement) => void;
  /** The largest message the server takes, in bytes: what is larger settles `rejected TOO_LARGE`. */
  readonly limit: (maxMessageBytes: number) => void;
}

export interface QueueHost extends Pick<
  SendHost,
  "dice" | "emitter" | "encode" | "conditional" | "options" | "transmitNow"
> {
  readonly clock: Clock;
  readonly keeping: Pick<KeepingHost, "scope" | "locks" | "boots" | "sensors" | "obstacle">;
  /** Something waits or changed: pump and notify soon. */
  readonly changed: () => void;
  /** A message must be looked at again at this time. */
  readonly dueIn: (delayMs: number) => void;
}

/** Room for the envelope of one message within a frame. */
export const envelopeBytes = 512;
const defaultFrameBytes = 65_536;

export const createQueue = (host: QueueHost): Queue => {
  const { clock, dice, emitter, options, changed, dueIn } = host;
  const { capacity = Infinity, maxBytes = Infinity, maxAgeMs = Infinity } = options;
  const producers = new Set<string>();
  const mine = new Set<string>();
  /** Numbers what is new. Drawn when the first message is queued: making a client touches nothing. */
  let own: string | undefined;
  let subject: string | undefined;
  const outbox = createOutbox<ReceiptHandle>(
    () => {
      own ??= dice.uuid();
      for (const set of [producers, mine]) set.add(own);
      return own;
    },
    { capacity, maxBytes },
    !!options.storage && !host.keeping.obstacle,
  );
  let maxMessageBytes = defaultFrameBytes - envelopeBytes;
  let version = 0;
  let notified = 0;
  /** Nothing is due before; it may turn out that nothing is due then either. */
  let dueAtMs = Infinity;
  /** When the connection came back to a queue that was not empty. */
  let flushFromMs: number | null = null;
  let lastFlushMs: number | null = null;

  const all = (): QueuedRow[] => [...outbox.rows(), ...outbox.waiting];
  const touch = (): void => {
    version++;
    changed();
  };

  const settleOne = ({ id, channel, tag }: Settling, settlement: Settlement, reply?: Replied): void => {
    // What is taken back may have left a moment ago: only the first word counts.
    if (tag.settle(settlement, reply)) emitter.emit("settled", { id, channel, settlement });
  };
  const drop = (row: QueuedRow, settlement: Settlement, reply?: Replied): void => {
    outbox.remove(row);
    settleOne(row, settlement, reply);
    touch();
  };
  const ended = (row: QueuedRow, outcome: Settlement | "pending"): void => {
    if (outcome !== "pending") settleOne(row, outcome);
    touch();
  };
  const forsake = (row: QueuedRow, settlement: Settlement): void =>
    possiblySent(row)
      ? drop(row, { kind: "uncertain" })
      : ended(row, leave(outbox, row, settlement, keeping.stores(row)));
  const takeBack = (row: QueuedRow, how: "aborted" | "expired"): void =>
    ended(row, withdraw(outbox, row, how, keeping.stores(row)));
  const abort = (rows: readonly QueuedRow[]): number => {
    for (const row of rows) takeBack(row, "aborted");
    return rows.length;
  };

  const allows = (guard: SendOptions["guard"]): boolean => {
    try {
      return !guard || guard();
    } catch (error) {
      emitter.report(error);
      return false;
    }
  };
  const fitsFrame = ({ channel, id, bytes }: Pick<QueuedRow, "channel" | "id" | "bytes">): boolean =>
    bytes + utf8Bytes(channel + id) <= maxMessageBytes;

  const entered = (row: QueuedRow): void => {
    const { expiresAtMs } = row;
    emitter.emit("queued", row);
    dueAtMs = Math.min(dueAtMs, expiresAtMs);
    if (expiresAtMs < Infinity) dueIn(expiresAtMs - clock.nowMs());
    touch();
  };
  const purge = (): void => {
    for (const row of all()) forsake(row, { kind: "aborted" });
  };
  const keeping = createKeeping(options.storage, {
    ...host.keeping,
    clock,
    emitter,
    outbox,
    producers,
    mine,
    version: options.version ?? 0,
    migrate: options.migrate,
    maxAgeMs,
    drop,
    entered,
    touch,
    turn: changed,
    withdrawAll: purge,
  });
  const estate = outbox.gated
    ? undefined
    : { clock, emitter, outbox, producers, mine, maxAgeMs, subject: () => subject, entered, touch };
  const { notify, ...stores } = createQueueView({
    clock,
    outbox,
    version: () => version,
    lastFlushMs: () => lastFlushMs,
    durability: keeping.durability,
    report: emitter.report,
  });

  return {
    outbox,
    awaits: () => outbox.depth > 0 || [...outbox.lanes].some(({ leaving }) => leaving),
    producers,
    mine,
    keeping,
    estate,
    touch,
    drop,
    forsake,
    purge,
    view: {
      ...stores,
      // The first of them: a key that was sent twice is two messages.
      cancel: (id) =>
        abort(
          all()
            .filter((row) => row.id === id)
            .slice(0, 1),
        ) > 0,
      clear: (channel) => abort(all().filter((row) => channel === undefined || row.channel === channel)),
    },
    send: createSend({
      ...host,
      outbox,
      fitsFrame,
      takeBack,
      allows,
      settle: settleOne,
      evict: (row) => forsake(row, { kind: "evicted" }),
      entered,
    }),
    settle: (settled) => {
      for (const [row, settlement, reply] of settled) settleOne(row, settlement, reply);
      touch();
    },
    flushing: () => {
      flushFromMs = outbox.depth ? clock.nowMs() : null;
    },
    admit: () => {
      for (const { tag } of outbox.admit()) {
        version++;
        tag.accept();
      }
      keeping.flush();
      if (flushFromMs === null || outbox.depth) return;
      lastFlushMs = clock.nowMs() - flushFromMs;
      flushFromMs = null;
      version++;
    },
    notify: () => {
      if (notified === version) return;
      notified = version;
      notify();
    },
    mayGo: (row) => {
      if (!row.voided && !allows(row.guard)) takeBack(row, "aborted");
      // Nor has the guard itself taken it out.
      return outbox.holds(row);
    },
    limit: (bytes) => {
      maxMessageBytes = bytes;
      for (const row of all())
        if (!fitsFrame(row)) forsake(row, { kind: "rejected", code: "TOO_LARGE", by: "client" });
    },
    expire: () => {
      const nowMs = clock.nowMs();
      if (nowMs < dueAtMs) return dueAtMs - nowMs;
      dueAtMs = Infinity;
      for (const row of all()) {
        const forgetMs = row.queuedAtMs + maxAgeMs;
        if (nowMs >= forgetMs) forsake(row, { kind: "expired" });
        else if (nowMs >= row.expiresAtMs && !row.voided) takeBack(row, "expired");
        if (outbox.holds(row) && !row.leaving)
          dueAtMs = Math.min(dueAtMs, row.voided ? forgetMs : row.expiresAtMs);
      }
      return dueAtMs - nowMs;
    },
    signedIn: (now) => {
      if (subject !== undefined && subject !== now) own = undefined;
      subject = now;
      keeping.signedIn(now);
    },
    end: async (keep) => {
      const isKept = keep && keeping.durability() === "indexeddb";
      if (!isKept) purge();
      const closing = keeping.end();
      if (closing) await closing;
      for (const row of [...[...outbox.lanes].flatMap(({ rows }) => [...rows.values()]), ...outbox.waiting])
        if (row.n < Infinity && !row.guard) drop(row, { kind: "uncertain" });
        else forsake(row, { kind: "aborted" });
    },
  };
};
