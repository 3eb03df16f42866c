import type { Clock, Dice } from "../core/ports.ts";
import type { Appender } from "./appender.ts";
import type { ChannelHub } from "./channelHub.ts";
import type { ClientFigures } from "./clientFigures.ts";
import type { CountDrift } from "./drift.ts";
import type { DeltaReader } from "./deltaReader.ts";
import type { Fence } from "./fence.ts";
import type { ResolvedLimits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import type { Log } from "./log.ts";
import type { ResilientServerOptions } from "./options.ts";
import type { Rates } from "./rates.ts";
import type { Refusal } from "./refusal.ts";
import type { Rights } from "./rights.ts";
import type { Sight } from "./sight.ts";
import type { LogStore } from "./store/LogStore.ts";

/** What all connections of one node share. */
export interface ServerContext {
  readonly options: ResilientServerOptions;
  readonly rights: Rights;
  readonly sight: Sight;
  readonly limits: ResolvedLimits;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly store: LogStore;
  /** Resolves when the store is open. */
  readonly ready: () => Promise<void>;
  readonly hub: ChannelHub;
  /** How whoever catches up reads the log. */
  readonly deltas: DeltaReader;
  readonly appender: Appender;
  readonly fence: Fence;
  readonly admission: Admission;
  readonly rates: Rates;
  /** Whether this node drains or closes: it takes nobody any more. */
  readonly isLeaving: () => boolean;
  readonly metrics: Metrics;
  readonly figures: ClientFigures;
  readonly countDrift: CountDrift;
  readonly heartbeat: { readonly intervalMs: number; readonly timeoutMs: number };
  /** Reconnects per second this node takes. */
  readonly acceptPerSecond: number;
  readonly log: Log;
}

/** Counts what is bounded per node, per address and per subject. */
export interface Admission {
  readonly connections: () => number;
  /** A socket that is not authenticated yet: its place, or why it is turned away. */
  readonly knock: (address: string) => Place | Refusal;
  /** Answers a release, or why the subject may not have one connection more. */
  readonly enter: (subject: string) => (() => void) | Refusal;
  /** Counts what waits for the store; false, and nothing is counted, when it is too much. */
  readonly hold: (bytes: number) => boolean;
  readonly release: (bytes: number) => void;
  /** What waits. */
  readonly pendingBytes: () => number;
}

export interface Place {
  /** It is no stranger any more. */
  readonly known: () => void;
  readonly left: () => void;
}
