import type { State } from "./state.ts";
import type { TimerName } from "./effects.ts";

export interface Resources {
  /** Timers of the machine and the shell's one `upkeep` timer that may live here; no other timer ever does. */
  readonly timers: readonly (TimerName | "upkeep")[];
  readonly socket: boolean;
  /** Network and page listeners. `disconnected: suspended` keeps them: it waits for the page to come back. */
  readonly sensors: boolean;
}

const none: Resources = { timers: [], socket: false, sensors: false };

/** What may be alive in each state; leaving it ends the rest. */
export const resources: { readonly [S in State["name"]]: Resources } = {
  disconnected: none,
  connecting: { timers: ["deadline", "upkeep"], socket: true, sensors: true },
  authenticating: { timers: ["deadline", "upkeep"], socket: true, sensors: true },
  resuming: { timers: ["deadline", "heartbeat", "upkeep"], socket: true, sensors: true },
  connected: { timers: ["heartbeat", "uptime", "leave", "upkeep"], socket: true, sensors: true },
  reconnecting: { timers: ["retry", "upkeep"], socket: false, sensors: true },
  failed: none,
};
