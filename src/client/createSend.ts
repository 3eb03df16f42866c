import type { ErrorCode } from "../core/errors.ts";
import type { NewRow } from "../core/lane.ts";
import { queueFull } from "../core/overflow.ts";
import type { Clock, Dice, RawData } from "../core/ports.ts";
import type { Settlement } from "../core/settlement.ts";
import { utf8Bytes } from "../core/utf8Bytes.ts";
import { isName } from "../protocol/isName.ts";
import { isPlace } from "../protocol/places.ts";
import { createReceipt, type ReceiptHandle } from "./createReceipt.ts";
import type { Emitter } from "./emitter.ts";
import type { Encode } from "./encode.ts";
import type { ClientOutboxOptions } from "./optionGroups.ts";
import type { QueuedOutbox, QueuedRow, Settling } from "./queuedRow.ts";
import type { SendOptions } from "./sendOptions.ts";

export type Send = (payload: unknown, options: SendOptions) => ReceiptHandle;

export interface SendHost {
  readonly clock: Pick<Clock, "nowMs">;
  readonly dice: Dice;
  readonly emitter: Emitter;
  readonly encode: Encode;
  /** Whether the protocol carries `expected`. */
  readonly conditional: boolean;
  readonly options: ClientOutboxOptions;
  /** Hands it to the socket at once; the answer says why not. */
  readonly transmitNow: (channel: string, body: RawData) => ErrorCode | undefined;
  readonly outbox: QueuedOutbox;
  /** Whether a message of this name and size fits into a frame. */
  readonly fitsFrame: (message: Pick<QueuedRow, "channel" | "id" | "bytes">) => boolean;
  readonly settle: (message: Settling, settlement: Settlement) => void;
  readonly evict: (row: QueuedRow) => void;
  readonly takeBack: (row: QueuedRow, how: "aborted") => void;
  readonly allows: (guard: SendOptions["guard"]) => boolean;
  /** It is in the outbox, or in the waiting room. */
  readonly entered: (row: QueuedRow) => void;
}

const sizeOf = (body: RawData): number =>
  typeof body === "string" ? utf8Bytes(body) : "size" in body ? body.size : body.byteLength;

/** A message that cannot go settles here and now, with its reason; any other gets a row. */
export const createSend = (host: SendHost): Send => {
  const { clock, dice, emitter, outbox } = host;
  const { maxAgeMs = Infinity, overflow } = host.options;

  const encoded: Encode = (...message) => {
    try {
      return host.encode(...message);
    } catch {
      return undefined;
    }
  };

  const flawOf = (id: string, channel: string, { expected, ttlMs }: SendOptions): ErrorCode | undefined => {
    if (!isName(channel, 256) || !isName(id, 128)) return "INVALID_NAME";
    if (expected !== undefined && !(host.conditional && isPlace(expected))) return "INVALID_EXPECTED";
    return Number.isNaN(ttlMs) ? "INVALID_OPTION" : undefined;
  };

  const sendNow = (row: NewRow<ReceiptHandle>): Settlement => {
    if (!host.allows(row.guard)) return { kind: "aborted" };
    const code = host.transmitNow(row.channel, row.body);
    if (code) return { kind: "rejected", code, by: "client" };
    row.tag.accept();
    return { kind: "sent" };
  };

  /** The room that an eviction makes is the newcomer's: who sends again on hearing of it would evict without end. */
  let isEvicting = false;
  const roomFor = (bytes: number): Settlement | "wait" | undefined => {
    if (isEvicting) return queueFull;
    if (!outbox.waiting.size && outbox.fits(bytes)) return undefined;
    if (!overflow || !outbox.fits(bytes, 0, 0)) return queueFull;
    isEvicting = true;
    try {
      return overflow(outbox, bytes, host.evict);
    } finally {
      isEvicting = false;
    }
  };

  const enter = (message: NewRow<ReceiptHandle>, signal: AbortSignal | undefined): Settlement | undefined => {
    const { bytes, tag } = message;
    const fate = roomFor(bytes);
    if (fate && fate !== "wait") return fate;
    const row = fate ? outbox.wait(message) : outbox.add(message);
    if (fate) tag.wait();
    else tag.accept();
    if (signal) {
      const withdrawn = (): void => host.takeBack(row, "aborted");
      signal.addEventListener("abort", withdrawn);
      void tag.settled.then(() => signal.removeEventListener("abort", withdrawn));
    }
    host.entered(row);
    return undefined;
  };

  return (payload, options) => {
    const { channel = "default", idempotencyKey, ttlMs = Infinity, signal, expected, guard } = options;
    const id = idempotencyKey ?? dice.uuid();
    const tag = createReceipt(id, emitter.report);
    const flaw = flawOf(id, channel, options);
    const encoding = flaw ? undefined : encoded(payload, { id, channel });
    const body = encoding ?? "";
    const queuedAtMs = clock.nowMs();
    const message: NewRow<ReceiptHandle> = {
      channel,
      id,
      body,
      bytes: sizeOf(body),
      queuedAtMs,
      expiresAtMs: queuedAtMs + Math.min(ttlMs, maxAgeMs),
      keyed: idempotencyKey !== undefined,
      expected: expected && { seq: expected.seq, tail: expected.tail },
      guard,
      payload,
      tag,
    };
    const code =
      flaw ?? (encoding === undefined ? "UNSERIALIZABLE" : host.fitsFrame(message) ? undefined : "TOO_LARGE");
    const settlement: Settlement | undefined = code
      ? { kind: "rejected", code, by: "client" }
      : signal?.aborted
        ? { kind: "aborted" }
        : ttlMs <= 0
          ? { kind: "expired" }
          : options.volatile
            ? sendNow(message)
            : enter(message, signal);
    if (settlement) host.settle(message, settlement);
    return tag;
  };
};
