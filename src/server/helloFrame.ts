import type { FrameOf, ServerFrame } from "../protocol/frames.ts";
import { PROTOCOL_VERSION } from "../protocol/version.ts";
import type { ServerContext } from "./context.ts";

const DAY_MS = 86_400_000;

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
    guarantees: { ack: store.ack, dedupWindowMs: 8 * DAY_MS, retentionMs: DAY_MS },
  };
}
