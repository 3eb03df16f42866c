/** Outgoing messages: what to transmit now, and what the server's answers mean for the rows. PROTOCOL.md §5. */
import {
  pack as packLane,
  restart,
  rewind,
  type SendLimits,
  type SendTerms,
  settleAnswered,
} from "../../core/sender.ts";
import type { Answer, FrameOf, Limits, Position, ProducerAsk } from "../../protocol/frames.ts";
import { drainCheckMs, highWaterBytes } from "../highWater.ts";
import type { ReceiptHandle } from "../createReceipt.ts";
import type { ProtocolHost } from "../protocol.ts";
import { envelopeBytes } from "../queue.ts";
import type { QueuedLane } from "../queuedRow.ts";
import { pack, patience, type Wire } from "./wire.ts";

export interface Delivery {
  /** A new socket: the claims of every lane with unsettled rows. */
  readonly claims: () => ProducerAsk[];
  readonly setLimits: (limits: Partial<Limits>) => void;
  readonly position: (position: Position) => void;
  readonly ack: (answer: Answer) => void;
  readonly nack: (frame: FrameOf<"nack">) => void;
  readonly pump: () => void;
  readonly upkeep: (rttMs: number) => void;
  readonly terms: () => SendLimits;
  /** Another subject: the numbers given so far are not its own. */
  readonly forget: () => void;
  /** The socket was closed because a message was too large. */
  readonly tooLarge: () => void;
}

export interface DeliveryOptions {
  readonly maxAgeMs: number;
  readonly ackTimeoutMs: number;
}

/** One lane's share of a WebSocket message, so that lanes take turns. */
const shareBytes = 16 * 1024;

export const createDelivery = (
  host: ProtocolHost,
  wire: Pick<Wire, "transmit" | "bufferedBytes" | "probe">,
  options: DeliveryOptions,
): Delivery => {
  const { clock, dice, queue } = host;
  const { lanes } = queue.outbox;
  let maxFrameBytes = 65_536;
  /** One message in flight at a time, until one is answered. */
  let cautious = false;
  let terms: SendTerms<ReceiptHandle> = {
    window: 1_024,
    windowBytes: 1_048_576,
    maxAgeMs: options.maxAgeMs,
    mayGo: queue.mayGo,
  };

  /** Of these nobody knows yet how their numbers ended. */
  const asked = new Set<QueuedLane>();
  const isOld = (lane: QueuedLane): boolean => clock.nowMs() - lane.createdAtMs > options.maxAgeMs;

  /** Only answers to a lane's present producer count; late ones to an earlier are dropped. */
  const laneOf = ({ p, c }: { readonly p: string; readonly c: string }): QueuedLane | undefined =>
    queue.outbox.lane(p, c);

  const answered = (lane: QueuedLane, answer: Answer): void => {
    const settled = settleAnswered(queue.outbox, lane, answer, clock.nowMs());
    if (!settled.length) return;
    cautious = false;
    queue.settle(settled);
  };

  const renew = (lane: QueuedLane, forgotten: boolean): void => {
    const p = lane.borrowed ? lane.p : dice.uuid();
    if (!lane.borrowed) for (const set of [queue.producers, queue.mine]) set.add(p);
    asked.delete(lane);
    queue.settle(restart(queue.outbox, lane, p, forgotten, clock.nowMs()));
  };

  const rolledBack = (lane: QueuedLane, position: number): void => {
    host.emitter.emit("lost", { channel: lane.channel, acked: lane.answered - position });
    renew(lane, false);
  };

  const markInFlight = (lane: QueuedLane, from: number): void => {
    for (let n = from; n < lane.cursor; n++) {
      const row = lane.rows.get(n);
      row?.tag.inFlight();
      if (row) host.emitter.emit("transmitted", row);
    }
  };

  /** One round over the lanes; the frames that fit in one WebSocket message. */
  const gather = (): string[] => {
    const frames: string[] = [];
    const busy = (): boolean => [...lanes].some((lane) => lane.cursor > lane.answered + 1);
    let room = maxFrameBytes - 2;
    for (let progress = true; progress;) {
      progress = false;
      for (const lane of lanes) {
        if (cautious && busy()) return frames;
        const from = lane.cursor;
        // A message larger than the share still goes, alone.
        const share = cautious ? 1 : frames.length ? Math.min(room, shareBytes) : room;
        const packed = packLane(lane, share, !frames.length, terms, clock.nowMs());
        if (!packed) continue;
        markInFlight(lane, from);
        frames.push(packed.text);
        room -= packed.bytes + 1;
        progress = true;
      }
    }
    return frames;
  };

  return {
    setLimits: ({ maxFrameBytes: frameBytes, windowMessages, windowBytes }) => {
      maxFrameBytes = Math.max(frameBytes ?? maxFrameBytes, 2 * envelopeBytes);
      terms = {
        ...terms,
        window: Math.max(windowMessages ?? terms.window, 1),
        windowBytes: Math.max(windowBytes ?? terms.windowBytes, 1),
      };
      queue.limit(maxFrameBytes - envelopeBytes);
    },
    forget: () => {
      for (const lane of lanes) renew(lane, true);
    },
    tooLarge: () => {
      if (cautious)
        for (const lane of lanes) {
          const culprit = lane.rows.get(lane.answered + 1);
          // Alone in flight: a server that refuses the size has not read it.
          if (culprit && culprit.n < lane.cursor)
            queue.drop(culprit, { kind: "rejected", code: "TOO_LARGE", by: "server" });
        }
      cautious = true;
    },
    claims: () => {
      const asks: ProducerAsk[] = [];
      asked.clear();
      for (const lane of lanes) {
        rewind(lane);
        lane.paused = null;
        // What may not go yet may belong to somebody else: not even its name is told.
        if (!lane.rows.size || lane.cleared <= lane.answered) continue;
        asked.add(lane);
        asks.push({
          p: lane.p,
          c: lane.channel,
          acked: lane.answered,
          ...(isOld(lane) && { old: true as const }),
        });
      }
      return asks;
    },
    position: (position) => {
      const lane = laneOf(position);
      if (!lane) return;
      asked.delete(lane);
      const n = position.n ?? 0;
      if (position.rolledBack) return rolledBack(lane, n);
      answered(lane, { ...position, n });
      rewind(lane);
    },
    ack: (answer) => {
      const lane = laneOf(answer);
      if (!lane || answer.n >= lane.next) host.emitter.emit("anomaly", { kind: "foreign_ack" });
      // It may answer what another page sent under these numbers, and tell nothing of those before.
      if (lane && !asked.has(lane)) answered(lane, answer);
    },
    nack: ({ n, code, pos = 0, retriable, retryAfterMs = 1_000, ...where }) => {
      const lane = laneOf(where);
      if (!lane) return;
      if (code === "ROLLED_BACK") return rolledBack(lane, pos);
      if (code === "UNKNOWN_PRODUCER") return renew(lane, true);
      if (code === "CLOSED") return renew(lane, false);
      if (code === "GAP") {
        if (!lane.paused) rewind(lane, pos);
      } else if (retriable && n > lane.answered && !lane.paused) {
        lane.paused = { untilMs: clock.nowMs() + patience(retryAfterMs), reason: code };
        rewind(lane, n - 1);
        host.upkeepIn(patience(retryAfterMs));
      }
      queue.touch();
    },
    terms: () => terms,
    pump: () => {
      let sent = false;
      for (;;) {
        if (wire.bufferedBytes() > highWaterBytes) return host.upkeepIn(drainCheckMs);
        const frames = gather();
        if (!frames.length) break;
        if (!wire.transmit(pack(frames))) return;
        sent = true;
      }
      if (sent) {
        queue.touch();
        host.upkeepIn(options.ackTimeoutMs);
      }
    },
    upkeep: (rttMs) => {
      const nowMs = clock.nowMs();
      const patienceMs = Math.max(options.ackTimeoutMs, 4 * rttMs);
      for (const lane of lanes) {
        if (lane.paused) {
          const leftMs = lane.paused.untilMs - nowMs;
          if (leftMs > 0) host.upkeepIn(leftMs);
          else lane.paused = null;
        } else if (lane.cursor > lane.answered + 1) {
          const leftMs = lane.progressAtMs + patienceMs - nowMs;
          if (leftMs > 0) host.upkeepIn(leftMs);
          else {
            wire.probe();
            rewind(lane);
          }
        }
      }
      queue.touch();
    },
  };
};
