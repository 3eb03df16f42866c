import type { ClientFrame, FrameOf, Position, ProducerAsk, ServerFrame } from "../protocol/frames.ts";
import type { ServerContext } from "./context.ts";
import type { Judge } from "./judge.ts";
import { createLane, type Lane } from "./lane.ts";
import { MAX_PENDING_BYTES } from "./limits.ts";
import { lastOf, type Numbered } from "./numbered.ts";
import { createTokens } from "./tokens.ts";
import { describeError } from "../core/describeError.ts";

/** Everything a connection sends upward that has a number. */
export interface Inbound {
  readonly take: (frame: Numbered, bytes: number) => void;
  readonly claim: (producers: FrameOf<"claim", ClientFrame>["producers"]) => void;
  /** Nothing that was taken waits for its answer. */
  readonly isIdle: () => boolean;
  readonly stop: () => void;
}

export interface InboundOptions {
  readonly context: ServerContext;
  readonly judge: Judge;
  readonly subject: string;
  readonly send: (frame: ServerFrame) => void;
  /** Resolves when the peer takes more. */
  readonly drained: () => Promise<void>;
  readonly lam: () => number;
  readonly onDefect: (error: unknown) => void;
  readonly fail: (
    code: "WINDOW_EXCEEDED" | "TOO_MANY_PRODUCERS" | "OVERLOADED" | "STORE_UNAVAILABLE",
  ) => void;
}

/** (p, channel) pairs with work at one time; idle ones are dropped first. */
const MAX_LANES = 4096;
/** Pairs a connection may begin: all of those at once, then this many a second. Each costs a record that lives for days. */
const LANES_PER_SECOND = 50;
/** Positions asked of the store at once: each may bring a window of verdicts and replies. */
const CLAIM_CHUNK = 16;

export function createInbound(options: InboundOptions): Inbound {
  const { context, judge, subject, send, drained, lam, fail, onDefect } = options;
  const { limits, clock, store, rates, admission } = context;
  const lanes = new Map<string, Lane>();
  const newcomers = createTokens({ perSecond: LANES_PER_SECOND, burst: MAX_LANES }, clock);
  let claiming = Promise.resolve();
  let pendingBytes = 0;
  let isStopped = false;

  const release = (bytes: number) => {
    pendingBytes -= bytes;
    admission.release(bytes);
  };

  const laneOf = (p: string, channel: string): Lane | undefined => {
    const key = `${p} ${channel}`;
    let lane = lanes.get(key);
    if (lane) return lane;
    if (lanes.size >= MAX_LANES) for (const [old, idle] of lanes) if (idle.isIdle()) lanes.delete(old);
    if (lanes.size >= MAX_LANES) return undefined;
    if (newcomers.waitMs(1) > 0) return undefined;
    newcomers.take(1);
    lane = createLane({
      context,
      judge,
      subject,
      channel,
      p,
      send,
      lam,
      charge: (bytes) => rates.message(subject, p, bytes),
      release,
      onDefect,
    });
    lanes.set(key, lane);
    return lane;
  };

  const learn = (positions: readonly Position[]) => {
    if (isStopped) return;
    for (const { p, c, n } of positions) laneOf(p, c)?.learn(n ?? 0);
    send({ t: "positions", producers: positions });
  };

  const answerClaims = async (producers: readonly ProducerAsk[]) => {
    for (let from = 0; from < producers.length && !isStopped; from += CLAIM_CHUNK) {
      learn(await store.positions(subject, producers.slice(from, from + CLAIM_CHUNK)));
      await drained();
    }
  };

  return {
    take: (frame, bytes) => {
      if (lastOf(frame) > frame.acked + limits.windowMessages) return fail("WINDOW_EXCEEDED");
      if (pendingBytes + bytes > MAX_PENDING_BYTES || !admission.hold(bytes)) return fail("OVERLOADED");
      pendingBytes += bytes;
      const lane = laneOf(frame.p, frame.c);
      if (!lane) {
        release(bytes);
        return fail("TOO_MANY_PRODUCERS");
      }
      lane.push(frame, bytes);
    },
    claim: (producers) => {
      if (producers.length === 0) return send({ t: "positions", producers: [] });
      claiming = claiming
        .then(() => answerClaims(producers))
        .catch((error: unknown) => {
          context.log("error", "STORE_UNAVAILABLE", { during: "positions", error: describeError(error) });
          if (!isStopped) fail("STORE_UNAVAILABLE");
        });
    },
    isIdle: () => [...lanes.values()].every((lane) => lane.isIdle()),
    stop: () => {
      isStopped = true;
      for (const lane of lanes.values()) lane.stop();
      lanes.clear();
    },
  };
}
