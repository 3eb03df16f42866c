import type { Clock } from "../core/ports.ts";
import type { ServerFrame } from "../protocol/frames.ts";
import { contain } from "./contain.ts";
import { HIGH_WATER_BYTES, MAX_CHUNK_BYTES, STALLED_MS } from "./limits.ts";
import type { ServerSocket } from "./options.ts";

/** What a connection says: frames of one turn leave together. */
export interface Outbound {
  readonly send: (frame: ServerFrame) => void;
  /** A frame already encoded, shared by many connections. */
  readonly sendText: (text: string) => void;
  readonly flush: () => void;
  /** Above the high-water mark: volatile messages are dropped, deltas wait. */
  readonly isCongested: () => boolean;
  readonly stop: () => void;
}

export interface OutboundOptions {
  readonly socket: ServerSocket;
  readonly clock: Clock;
  readonly maxBufferedBytes: number;
  readonly onSlow: () => void;
  readonly onBroken: () => void;
}

export function createOutbound({
  socket,
  clock,
  maxBufferedBytes,
  onSlow,
  onBroken,
}: OutboundOptions): Outbound {
  let queue: string[] = [];
  let isScheduled = false;
  let isStopped = false;
  let cancelStallCheck: (() => void) | undefined;

  const watch = () => {
    const buffered = socket.bufferedBytes();
    if (buffered > maxBufferedBytes) return onSlow();
    if (buffered <= HIGH_WATER_BYTES || cancelStallCheck) return;
    cancelStallCheck = clock.after(STALLED_MS, () => {
      cancelStallCheck = undefined;
      if (!isStopped && socket.bufferedBytes() > HIGH_WATER_BYTES) onSlow();
    });
  };

  const flush = () => {
    isScheduled = false;
    if (isStopped || queue.length === 0) return;
    const texts = queue;
    queue = [];
    try {
      for (const message of pack(texts)) socket.send(message);
    } catch {
      return onBroken();
    }
    contain(watch, onBroken);
  };

  const sendText = (text: string) => {
    if (isStopped) return;
    queue.push(text);
    if (isScheduled) return;
    isScheduled = true;
    // A microtask, not a turn: what a commit says is said at once, and waits for nothing.
    void Promise.resolve().then(flush);
  };

  return {
    send: (frame) => sendText(JSON.stringify(frame)),
    sendText,
    flush,
    isCongested: () => socket.bufferedBytes() > HIGH_WATER_BYTES,
    stop: () => {
      isStopped = true;
      queue = [];
      cancelStallCheck?.();
      cancelStallCheck = undefined;
    },
  };
}

/** Several frames per WebSocket message, up to a chunk; a lone frame travels bare. */
function pack(texts: readonly string[]): readonly string[] {
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
    if (length + text.length > MAX_CHUNK_BYTES) seal();
    open.push(text);
    length += text.length;
  }
  seal();
  return messages;
}
