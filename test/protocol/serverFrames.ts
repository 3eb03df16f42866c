/** One well-shaped frame of each type a server may send, optional fields included. */
import type { ServerFrame } from "../../src/protocol/frames.ts";

const verdict = { c: "room", epoch: "e1", head: 3, tail: "t3", status: "delta" } as const;
const event = { seq: 1, tail: "t1", prev: "", lam: 1, d: { text: "hi" }, id: "k", own: "p" };
const answer = { p: "p", c: "room", n: 2, head: 3 };

export const serverFrames: readonly ServerFrame[] = [
  {
    t: "hello",
    v: 1,
    features: [],
    limits: { maxFrameBytes: 65_536, windowMessages: 1_024, windowBytes: 1_048_576, maxChannels: 100 },
    hbMs: 25_000,
    hbTimeoutMs: 10_000,
    guarantees: { ack: "disk", dedupWindowMs: 1, retentionMs: 1 },
  },
  { t: "authed", subject: "u1", exp: null },
  { t: "welcome", cid: "c1", spreadMs: 0, channels: [verdict] },
  { t: "subscribed", ...verdict, status: "live" },
  { t: "subscribed", ...verdict, status: "snapshot", reason: "trimmed" },
  { t: "subscribed", ...verdict, status: "lost", retryAfterMs: 10 },
  { t: "positions", producers: [{ ...answer, runs: [[1, 2, 2]], verdicts: [[3, 3, "skipped"]] }] },
  { t: "positions", producers: [{ ...answer, n: null }] },
  { t: "positions", producers: [{ ...answer, n: 0, rolledBack: true }] },
  { t: "delta", c: "room", epoch: "e1", from: 1, to: 1, ev: [event], more: false },
  { t: "delta", c: "room", epoch: "e1", from: 1, to: 1, ev: [event], more: true, rid: 1, asked: 0 },
  { t: "snapshot", c: "room", epoch: "e1", seq: 3, tail: "t3", part: 0, parts: 1, d: "{}" },
  { t: "snapshot", c: "room", epoch: "e1", seq: 3, tail: "t3", part: 0, parts: 2, d: "[", rid: 1 },
  { t: "live", c: "room", epoch: "e1", seq: 3, tail: "t3" },
  { t: "data", c: "room", ev: [event, { seq: 3, tail: "t3", prev: "t1", lam: 2, hid: 2 }] },
  { t: "ack", ...answer, runs: [[1, 2, 2]], replies: [[1, "yes"]] },
  { t: "ack", ...answer, verdicts: [[1, 2, "rejected:NO"]] },
  { t: "nack", p: "p", c: "room", n: 1, code: "LATER", retriable: true, retryAfterMs: 10 },
  { t: "nack", p: "p", c: "room", n: 1, code: "GAP", pos: 0, retriable: true },
  { t: "nack", p: "p", c: "room", n: 1, code: "ROLLED_BACK", pos: 0, retriable: false },
  { t: "nack", p: "p", c: "room", n: 1, code: "UNKNOWN_PRODUCER", retriable: false },
  { t: "nack", p: "p", c: "room", n: 1, code: "CLOSED", retriable: false },
  { t: "vol", c: "room", d: 1 },
  { t: "reauth", byMs: 1_000 },
  { t: "goaway", reason: "drain", minMs: 0, maxMs: 1_000, deadlineMs: 5_000, to: "wss://evil.example/ws" },
  { t: "error", code: "INVALID_SEQ", status: 400, retriable: true, ref: "room" },
  { t: "error", code: "DENIED", retriable: false, ref: "1" },
  { t: "ping" },
  { t: "pong" },
];
