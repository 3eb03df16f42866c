/** Why a message was not sent yet, or what is waited for since it was. */
import { highWaterBytes } from "../client/highWater.ts";
import type { Inspection } from "../client/inspection.ts";
import type { ResilientClient } from "../client/ResilientClient.ts";
import type { ConnectionState } from "../client/surface.ts";

export type Row = Parameters<Inspection["outbox"]["holds"]>[0];

/** Codes of the map of texts, and what stands in their braces. */
export interface Why {
  readonly code: `why.${string}`;
  readonly values: Readonly<Record<string, string | number>>;
}

/** What all messages of one moment have in common. */
export interface Circumstances {
  readonly nowMs: number;
  /** Unix ms. */
  readonly now: number;
  readonly state: ConnectionState;
  /** What the browser says of the network. */
  readonly online: boolean;
  readonly isFollower: boolean;
  readonly window: number;
  readonly windowBytes: number;
  readonly bufferedBytes: number;
  readonly isWaiting: (row: Row) => boolean;
}

export const circumstancesOf = (
  client: ResilientClient,
  { ports, driver, outbox }: Inspection,
): Circumstances => {
  const { window = Infinity, windowBytes = Infinity } = driver.terms?.() ?? {};
  return {
    nowMs: ports.clock.nowMs(),
    now: ports.clock.wallMs(),
    state: client.state.get(),
    online: (globalThis as { navigator?: { onLine?: boolean } }).navigator?.onLine !== false,
    isFollower: client.tabs.get().role === "follower",
    window,
    windowBytes,
    bufferedBytes: driver.bufferedBytes(),
    isWaiting: (row) => outbox.waiting.has(row),
  };
};

const seconds = (ms: number): number => Math.max(0, Math.ceil(ms / 1_000));

const whyNotConnected = ({ state, online, now }: Circumstances): Why | undefined => {
  switch (state.name) {
    case "connected":
      return undefined;
    case "disconnected":
      return { code: `why.${state.reason}`, values: {} };
    case "failed":
      return { code: "why.failed", values: { code: state.code, next: state.recovery.kind } };
    case "reconnecting": {
      const values = {
        reason: state.reason,
        seconds: seconds(state.retryAt - now),
        attempt: state.attempt + 1,
      };
      return { code: online ? "why.reconnecting" : "why.offline", values };
    }
    default:
      return online
        ? { code: `why.${state.name}`, values: {} }
        : { code: "why.offline", values: { seconds: 0 } };
  }
};

const whyOfLane = (row: Row, now: Circumstances): Why | undefined => {
  const { lane } = row;
  if (lane.paused) {
    const { reason, untilMs } = lane.paused;
    return { code: "why.paused", values: { reason, seconds: seconds(untilMs - now.nowMs) } };
  }
  if (row.n > lane.cleared) return { code: lane.borrowed ? "why.turn" : "why.storing", values: {} };
  const isFull = lane.cursor > lane.answered + now.window || lane.flightBytes >= now.windowBytes;
  if (isFull) return { code: "why.window", values: { count: lane.flight, window: now.window } };
  if (now.bufferedBytes > highWaterBytes)
    return { code: "why.congested", values: { kb: Math.ceil(now.bufferedBytes / 1_024) } };
  const earlier = row.n - lane.cursor;
  if (earlier > 0)
    return { code: earlier === 1 ? "why.behindOne" : "why.behind", values: { count: earlier } };
  return undefined;
};

/** The first thing that stands in its way. */
export const whyWaiting = (row: Row, now: Circumstances): Why => {
  const { lane, voided } = row;
  const isSent = now.state.name === "connected" && row.n < lane.cursor;
  if (now.isWaiting(row)) return { code: "why.room", values: {} };
  if (voided) return { code: voided === "expired" ? "why.voidExpired" : "why.voidAborted", values: {} };
  if (isSent) return { code: now.isFollower ? "why.leader" : "why.answer", values: {} };
  return (
    whyNotConnected(now) ?? whyOfLane(row, now) ?? { code: row.guard ? "why.guard" : "why.next", values: {} }
  );
};

/** It went out before, on a socket that is gone: the server decides its number once. */
export const wasSentBefore = ({ n, re, lane }: Row, { state }: Circumstances): boolean =>
  (n < lane.sentBelow || re !== null) && !(state.name === "connected" && n < lane.cursor);
