import type { Clock } from "../core/ports.ts";
import type { ServerFrame } from "../protocol/frames.ts";
import { contain } from "./contain.ts";
import { MAX_CHUNK_BYTES } from "../protocol/limits.ts";
import { HIGH_WATER_BYTES, STALLED_MS } from "./limits.ts";
import type { ServerSocket } from "./serverSocket.ts";

/** What a connection says: frames of one turn leave together. */
export interface Outbound {
  /** What one message of deltas or snapshots holds at most. */
  chunkBytes: number;
  readonly send: (frame: ServerFrame) => void;
  /** A frame already encoded, shared by many connections. */
  readonly sendText: (text: string) => void;
  readonly flush: () => void;
  /** Near the high-water mark: volatile messages are dropped, deltas, snapshots and reads wait. */
  readonly isCongested: () => boolean;
  /** Resolves when it is not congested any more, or stopped; for one after the other, in the order they asked. */
  readonly drained: () => Promise<void>;
  readonly stop: () => void;
}

export interface OutboundOptions {
  readonly socket: ServerSocket;
  readonly clock: Clock;
  readonly maxBufferedBytes: number;
  /** `full`: more waits than the peer may have waiting; `stalled`: it stayed above the mark for too long. */
  readonly onSlow: (cause: "full" | "stalled") => void;
  readonly onBroken: () => void;
}

/** What waits stays below the mark above which a peer counts as stalled: slow and steady is not stalled. */
const CONGESTED_BYTES = (HIGH_WATER_BYTES * 3) / 4;
/** What one turn may gather before it is handed to the socket. */
const MAX_GATHERED = 8 * MAX_CHUNK_BYTES;
/** How often what waits looks whether the send buffer has drained. */
const DRAIN_POLL_MS = 25;

export function createOutbound({
  socket,
  clock,
  maxBufferedBytes,
  onSlow,
  onBroken,
}: OutboundOptions): Outbound {
  let queue: string[] = [];
  let queued = 0;
  let isScheduled = false;
  let isStopped = false;
  let cancelStallCheck: (() => void) | undefined;
  let cancelPoll: (() => void) | undefined;
  const waiting: (() => void)[] = [];

  const watch = () => {
    const buffered = socket.bufferedBytes();
    if (buffered > maxBufferedBytes) return onSlow("full");
    if (buffered <= HIGH_WATER_BYTES) return reads();
    cancelStallCheck ??= clock.after(STALLED_MS, () => {
      cancelStallCheck = undefined;
      if (!isStopped && socket.bufferedBytes() > HIGH_WATER_BYTES) onSlow("stalled");
    });
  };

  /** It was below the mark: it is not stalled, whatever comes next. */
  const reads = () => {
    cancelStallCheck?.();
    cancelStallCheck = undefined;
  };

  const flush = () => {
    isScheduled = false;
    if (isStopped || queue.length === 0) return;
    const texts = queue;
    queue = [];
    queued = 0;
    try {
      for (const message of pack(texts, outbound.chunkBytes)) socket.send(message);
    } catch {
      return onBroken();
    }
    contain(watch, onBroken);
  };

  const sendText = (text: string) => {
    if (isStopped) return;
    queue.push(text);
    queued += text.length;
    if (queued > MAX_GATHERED) return flush();
    if (isScheduled) return;
    isScheduled = true;
    // A microtask, not a turn: what a commit says is said at once, and waits for nothing.
    void Promise.resolve().then(flush);
  };

  /** One timer for all who wait. What the first one sends may leave no room for the next. */
  const poll = () => {
    cancelPoll = undefined;
    if (!isCongested()) waiting.shift()?.();
    if (waiting.length > 0) cancelPoll = clock.after(isCongested() ? DRAIN_POLL_MS : 0, poll);
  };

  const isCongested = () => queued + socket.bufferedBytes() > CONGESTED_BYTES;

  const outbound: Outbound = {
    chunkBytes: MAX_CHUNK_BYTES,
    send: (frame) => sendText(JSON.stringify(frame)),
    sendText,
    flush,
    isCongested,
    drained: () =>
      isStopped || !isCongested()
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push(resolve);
            cancelPoll ??= clock.after(DRAIN_POLL_MS, poll);
          }),
    stop: () => {
      isStopped = true;
      queue = [];
      queued = 0;
      reads();
      cancelPoll?.();
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
  return outbound;
}

/** Several frames per WebSocket message, up to a chunk; a lone frame travels bare. */
function pack(texts: readonly string[], chunkBytes: number): readonly string[] {
  const [only] = texts;
  if (texts.length === 1 && only !== undefined) return [only];
  const messages: string[] = [];
  let open: string[] = [];
  let length = 0;
  const seal = () => {
    if (open.length > 0) messages.push(open.length === 1 ? (open[0] as string) : `[${open.join(",")}]`);
    open = [];
    length = 0;
  };
  for (const text of texts) {
    if (length + text.length > chunkBytes) seal();
    open.push(text);
    length += text.length;
  }
  seal();
  return messages;
}
