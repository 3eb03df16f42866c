import type { State } from "./state.ts";
import type { TimerName } from "./effects.ts";

export interface Resources {
  /** Timers of the machine and the shell's one `upkeep` timer that may live here; no other timer ever does. */
  readonly timers: readonly (TimerName | "upkeep")[];
  /** Those of them that run as long as the state lasts (`heartbeat`: where the protocol has one). */
  readonly lasting: readonly TimerName[];
  /** Abort signals: of the state, of the socket that is being opened or open, of the tokens asked for (with `auth`). */
  readonly signals: readonly ("state" | "socket" | "token")[];
  readonly socket: boolean;
  /** Network and page listeners. `disconnected: suspended` keeps them: it waits for the page to come back. */
  readonly sensors: boolean;
}

const none: Resources = { timers: [], lasting: [], signals: [], socket: false, sensors: false };
const alive = { socket: true, sensors: true };

/** What may be alive in each state; leaving it ends the rest. */
export const resources: { readonly [S in State["name"]]: Resources } = {
  disconnected: none,
  connecting: {
    timers: ["deadline", "upkeep"],
    lasting: ["deadline"],
    signals: ["state", "socket"],
    ...alive,
  },
  authenticating: {
    timers: ["deadline", "upkeep"],
    lasting: ["deadline"],
    signals: ["state", "socket", "token"],
    ...alive,
  },
  resuming: {
    timers: ["deadline", "heartbeat", "upkeep"],
    lasting: ["deadline", "heartbeat"],
    signals: ["state", "socket", "token"],
    ...alive,
  },
  connected: {
    timers: ["heartbeat", "uptime", "leave", "upkeep"],
    lasting: ["heartbeat"],
    signals: ["state", "socket", "token"],
    ...alive,
  },
  reconnecting: {
    timers: ["retry", "upkeep"],
    lasting: ["retry"],
    signals: ["state"],
    socket: false,
    sensors: true,
  },
  failed: none,
};
