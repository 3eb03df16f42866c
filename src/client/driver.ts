import type { CloseAdvice } from "../core/closePolicy.ts";
import type { ResilientSocketError } from "../core/errors.ts";
import type { HeartbeatPolicy } from "../core/machine/input.ts";
import type { RawData } from "../core/ports.ts";
import type { SendLimits } from "../core/sender.ts";
import type { Channel } from "./channels.ts";
import type { ResilientClient } from "./ResilientClient.ts";

/** One per client; told about each socket. What is absent has nothing to do. */
export interface Driver {
  /** A socket is open. */
  readonly opened?: () => void;
  readonly received: (data: RawData) => void;
  /** The socket is gone; `reason` is undefined when this side ended it. Answers what the server meant by it, where that is not the usual. */
  readonly closed: (code: number, reason?: string) => CloseAdvice | undefined;
  /** Ask for a sign of life. */
  readonly probe: () => void;
  /** Transmit what waits; called in `connected` only. */
  readonly pump: () => void;
  /** What was transmitted and has not left yet. */
  readonly bufferedBytes: () => number;
  /** Transmit this now, nothing is kept of it; called in `connected` only. False: the socket is lost. */
  readonly volatile: (channel: string, body: RawData) => boolean;
  /** Timed chores in `connected`; asks for the next by `upkeepIn`. */
  readonly upkeep?: () => void;
  /** A channel got its first handler. */
  readonly subscribed?: (channel: string) => void;
  /** The last handler left a while ago. */
  readonly unsubscribed?: (channel: string) => void;
  /** Handlers of the channel that are apart read on, those with room. Absent: nothing can be read. */
  readonly readOn?: (channel: Channel) => void;
  readonly history?: ResilientClient["history"];
  /** Nothing reconnects by itself any more: what the app waits for ends with this. */
  readonly ended?: (error: ResilientSocketError) => void;
  /** Ends what waited too long; ms until the next is due, Infinity without one. */
  readonly expire?: () => number;
  /** What may be in flight, where the server says so. */
  readonly terms?: (() => SendLimits) | undefined;
  readonly heartbeat: () => HeartbeatPolicy | null;
  /** Smoothed round trip in ms, 0 when unknown. */
  readonly rttMs: () => number;
}
