import type { HeartbeatPolicy } from "../core/machine/input.ts";
import type { Rows } from "../core/machine/step.ts";
import { heartbeatRows } from "../core/machine/transitions.ts";
import type { HeartbeatOptions } from "./optionGroups.ts";

/** Made by `heartbeat()`: the rows it adds to the machine, and its times in ms. */
export interface Heartbeat extends HeartbeatPolicy {
  readonly rows: Rows;
}

/** Probes a silent socket, and replaces it when no answer comes. */
export const heartbeat = ({ intervalMs = 25_000, timeoutMs = 10_000 }: HeartbeatOptions = {}): Heartbeat => ({
  rows: heartbeatRows,
  intervalMs,
  timeoutMs,
});
