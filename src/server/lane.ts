import type { ClientFrame, FrameOf, Position, PubItem, ServerFrame } from "../protocol/frames.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import type { AppendSink } from "./appender.ts";
import type { ServerContext } from "./context.ts";
import type { Judge, Judgement } from "./judge.ts";
import { firstOf, type Numbered } from "./numbered.ts";
import { createRewind } from "./rewind.ts";
import type { AppendItem, AppendResult } from "./store/LogStore.ts";
import { describeError } from "../core/describeError.ts";

/** The way of one (p, channel) on one connection: judged in number order, appended in number order, whatever is async. */
export interface Lane {
  readonly push: (frame: Numbered, bytes: number) => void;
  /** The committed position, as a claim or the store told it. */
  readonly learn: (position: number) => void;
  readonly isIdle: () => boolean;
  readonly stop: () => void;
}

export interface LaneOptions {
  readonly context: Pick<ServerContext, "store" | "appender" | "metrics" | "dice" | "log">;
  readonly judge: Judge;
  readonly subject: string;
  readonly channel: string;
  readonly p: string;
  readonly send: (frame: ServerFrame) => void;
  readonly lam: () => number;
  /** Takes one message of this many bytes from the sender's rates; answers 0 or the ms to wait. */
  readonly charge: (bytes: number) => number;
  readonly release: (bytes: number) => void;
  readonly onDefect: (error: unknown) => void;
}

/** A handler that fails this often on one number has met a message it cannot digest. */
const MAX_ATTEMPTS = 5;

export function createLane(options: LaneOptions): Lane {
  const { context, judge, subject, channel, p, send } = options;
  const { store, appender, metrics } = context;
  const queue: { readonly frame: Numbered; readonly bytes: number }[] = [];
  /** The next number to judge; undefined until the committed position is known. */
  let next: number | undefined;
  /** Items of the first frame in the queue that are through. */
  let offset = 0;
  let isBusy = false;
  let isStopped = false;
  let isGapTold = false;
  const rewind = createRewind();
  let failures = { n: 0, count: 0 };
  /** Numbers handed to the appender that have no verdict yet, and the bytes they came in. */
  let inFlight = 0;
  let inFlightBytes = 0;

  const sink: AppendSink = {
    channel,
    subject,
    p,
    lam: options.lam,
    settled: (result, count) => {
      land(count);
      if (!isStopped) answer(result);
    },
    failed: (n, count) => {
      land(count);
      if (!isStopped) retryFrom(n, "STORE_UNAVAILABLE", 500);
    },
  };

  function answer({ answer: told, refused, duplicates }: AppendResult): void {
    if (duplicates > 0) metrics.count(metricNames.duplicates, duplicates);
    if (told.n > 0 && refused?.code !== "ROLLED_BACK") {
      metrics.count(metricNames.acks);
      send({ t: "ack", ...told });
    }
    rewind.answered(told.n);
    if (!refused) {
      isGapTold = false;
      next = Math.max(next ?? 0, told.n + 1);
      return;
    }
    next = refused.pos + 1;
    if (refused.code === "GAP" && isGapTold) return;
    if (refused.code === "GAP") isGapTold = true;
    nack(refused.n, refused.code, false, { pos: refused.pos });
  }

  function land(count: number): void {
    const bytes = inFlightBytes * Math.min(1, count / inFlight);
    inFlight -= count;
    inFlightBytes -= bytes;
    options.release(bytes);
  }

  function nack(
    n: number,
    code: string,
    retriable: boolean,
    more: { pos?: number; retryAfterMs?: number },
  ): void {
    metrics.count(metricNames.nacks, 1, code);
    send({ t: "nack", c: channel, p, n, code, retriable, ...more });
  }

  /** Nothing was decided about n: the position stays at n − 1 and the client comes again with the same number. */
  function retryFrom(n: number, code: string, baseMs: number): void {
    if (!rewind.begin(n)) return;
    next = undefined;
    while (queue.length > 0) drop();
    const retryAfterMs = Math.ceil(baseMs * (1 + context.dice.roll()));
    nack(n, code, true, { retryAfterMs });
  }

  function drop(): void {
    offset = 0;
    options.release(queue.shift()?.bytes ?? 0);
  }

  /** All of the first frame is with the appender: its bytes count until the store has answered. */
  function handOver(): void {
    offset = 0;
    inFlightBytes += queue.shift()?.bytes ?? 0;
  }

  function pump(): void {
    while (!isBusy && !isStopped && queue.length > 0) {
      const frame = queue[0]?.frame as Numbered;
      if (offset === 0 && rewind.isBeyond(frame)) drop();
      else if (next === undefined) lookUp();
      else if (frame.t === "skip") {
        skip(frame, next);
        handOver();
      } else if (pub(frame)) handOver();
    }
  }

  function lookUp(): void {
    const first = queue[0]?.frame as Numbered;
    isBusy = true;
    const known = ([position]: readonly Position[]) => {
      isBusy = false;
      next ??= (position?.n ?? 0) + 1;
      pump();
    };
    const failed = (error: unknown) => {
      isBusy = false;
      context.log("error", "STORE_UNAVAILABLE", { during: "positions", error: describeError(error) });
      if (!isStopped) retryFrom(firstOf(first), "STORE_UNAVAILABLE", 500);
    };
    store
      .positions(subject, [{ p, c: channel, acked: Number.MAX_SAFE_INTEGER }])
      .then(known, failed)
      .catch(options.onDefect);
  }

  function skip(frame: FrameOf<"skip", ClientFrame>, expected: number): void {
    const isNext = frame.from <= expected && frame.to >= expected;
    append({ kind: isNext ? "skip" : "probe", from: frame.from, to: frame.to }, frame);
    if (isNext) next = frame.to + 1;
  }

  /** Answers whether the frame is through; otherwise a judgement is awaited, or the rest was dropped. */
  function pub(frame: FrameOf<"pub", ClientFrame>): boolean {
    const known = (next as number) - frame.n - offset;
    if (known > 0) {
      const count = Math.min(known, frame.m.length - offset);
      append({ kind: "probe", from: frame.n + offset, to: frame.n + offset + count - 1 }, frame);
      offset += count;
    }
    for (; offset < frame.m.length; offset++) {
      const n = frame.n + offset;
      if (n !== next) {
        append({ kind: "probe", from: n, to: frame.n + frame.m.length - 1 }, frame);
        return true;
      }
      const judged = judgeNumber(n, frame.m[offset] as PubItem, (queue[0]?.bytes ?? 0) / frame.m.length);
      if (judged === undefined) return false;
      if (judged instanceof Promise) {
        waitFor(judged, frame, n);
        return false;
      }
      if (!accept(judged, frame, n)) return false;
    }
    return true;
  }

  function judgeNumber(
    n: number,
    message: PubItem,
    bytes: number,
  ): Judgement | Promise<Judgement> | undefined {
    const waitMs = message.void ? 0 : options.charge(bytes);
    if (waitMs === 0) return judge({ channel, subject, n, message });
    retryFrom(n, "RATE_LIMITED", waitMs);
    return undefined;
  }

  function waitFor(judged: Promise<Judgement>, frame: FrameOf<"pub", ClientFrame>, n: number): void {
    isBusy = true;
    const proceed = (judgement: Judgement) => {
      isBusy = false;
      // A store failure meanwhile has emptied the queue: this number comes again.
      if (isStopped || queue[0]?.frame !== frame || next !== n) return pump();
      if (accept(judgement, frame, n)) offset++;
      pump();
    };
    void judged.then(proceed).catch(options.onDefect);
  }

  /** Hands the number to the appender; answers false when the app could not judge it. */
  function accept(judgement: Judgement, frame: Numbered, n: number): boolean {
    if ("item" in judgement) {
      next = n + 1;
      append(judgement.item, frame);
      return true;
    }
    failures = { n, count: failures.n === n ? failures.count + 1 : 1 };
    context.log("error", judgement.retry, {
      channel,
      n,
      attempt: failures.count,
      error: describeError(judgement.cause),
    });
    if (failures.count >= MAX_ATTEMPTS)
      return accept({ item: { kind: "reject", n, code: judgement.retry } }, frame, n);
    retryFrom(n, judgement.retry, 250 * 2 ** failures.count);
    return false;
  }

  function append(item: AppendItem, frame: Numbered): void {
    inFlight++;
    appender.add(sink, item, frame.acked, frame.old === true);
  }

  return {
    push: (frame, bytes) => {
      queue.push({ frame, bytes });
      pump();
    },
    learn: (position) => {
      if (inFlight === 0 && queue.length === 0) next = position + 1;
    },
    isIdle: () => inFlight <= 0 && queue.length === 0 && !isBusy,
    stop: () => {
      isStopped = true;
      while (queue.length > 0) drop();
    },
  };
}
