import type { Clock, Dice } from "../core/ports.ts";
import type { Appender } from "./appender.ts";
import type { ChannelHub } from "./channelHub.ts";
import type { Fence } from "./fence.ts";
import type { ResolvedLimits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import type { LogLevel, ResilientServerOptions } from "./options.ts";
import type { Rights } from "./rights.ts";
import type { LogStore } from "./store/LogStore.ts";

/** What all connections of one node share. */
export interface ServerContext {
  readonly options: ResilientServerOptions;
  readonly rights: Rights;
  readonly limits: ResolvedLimits;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly store: LogStore;
  /** Resolves when the store is open. */
  readonly ready: () => Promise<void>;
  readonly hub: ChannelHub;
  readonly appender: Appender;
  readonly fence: Fence;
  readonly admission: Admission;
  readonly metrics: Metrics;
  readonly heartbeat: { readonly intervalMs: number; readonly timeoutMs: number };
  /** Reconnects per second this node takes. */
  readonly acceptPerSecond: number;
  readonly log: (
    level: LogLevel,
    code: string,
    fields?: Record<string, string | number | boolean | null>,
  ) => void;
}

/** Counts what is bounded per node, per address and per subject. */
export interface Admission {
  readonly connections: () => number;
  /** Answers a release, or undefined when the address has too many connections that are not authenticated. */
  readonly knock: (address: string) => (() => void) | undefined;
  /** Answers a release, or undefined when the subject has too many connections. */
  readonly enter: (subject: string) => (() => void) | undefined;
}
