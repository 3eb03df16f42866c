import type { FrameOf, ServerFrame } from "../protocol/frames.ts";
import { PROTOCOL_VERSION } from "../protocol/version.ts";
import type { ServerContext } from "./context.ts";

/** Said at once on every socket: what this server speaks, allows and promises. */
export function helloFrame({
  limits,
  heartbeat,
  store,
}: Pick<ServerContext, "limits" | "heartbeat" | "store">): FrameOf<"hello", ServerFrame> {
  const { maxFrameBytes, windowMessages, windowBytes, maxChannels } = limits;
  return {
    t: "hello",
    v: PROTOCOL_VERSION,
    features: [],
    // Clients read whole numbers only.
    limits: {
      maxFrameBytes: Math.floor(maxFrameBytes),
      windowMessages: Math.floor(windowMessages),
      windowBytes: Math.floor(windowBytes),
      maxChannels: Math.floor(maxChannels),
    },
    hbMs: heartbeat.intervalMs,
    hbTimeoutMs: heartbeat.timeoutMs,
    guarantees: {
      ack: store.ack,
      dedupWindowMs: whole(store.dedupWindowMs),
      retentionMs: whole(store.retentionMs),
    },
  };
}

/** In JSON Infinity is null, and no client reads that. */
const whole = (ms: number): number => Math.min(Math.floor(ms), Number.MAX_SAFE_INTEGER);
