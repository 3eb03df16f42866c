import type { WorldSocket } from "resilient-socket/testing";

type Frames = Parameters<WorldSocket["receive"]>[0];

/** Frames of a server that a story plays by hand. */
export const hello: Frames = {
  t: "hello",
  v: 1,
  features: [],
  limits: { maxFrameBytes: 65_536, windowMessages: 1_024, windowBytes: 1_048_576, maxChannels: 1_000 },
  hbMs: 25_000,
  hbTimeoutMs: 10_000,
  guarantees: { ack: "disk", dedupWindowMs: 1, retentionMs: 1 },
};

export const greet = (spreadMs: number): Frames => [
  { t: "authed", subject: "ada", exp: null },
  { t: "welcome", cid: "c1", spreadMs, channels: [] },
];

export const goaway = (to: string): Frames => ({
  t: "goaway",
  reason: "drain",
  minMs: 0,
  maxMs: 1_000,
  deadlineMs: 5_000,
  to,
});
