import type { Name } from "./layout.ts";

/** How good a state is, as a colour. */
export const tones: Readonly<Record<Name, "good" | "calm" | "warn" | "bad" | "rest">> = {
  disconnected: "rest",
  connecting: "calm",
  authenticating: "calm",
  resuming: "calm",
  connected: "good",
  reconnecting: "warn",
  failed: "bad",
};

/** How a message ended, or that it has not. */
export const endTones: Readonly<Record<string, "good" | "calm" | "warn" | "bad" | "rest">> = {
  acked: "good",
  sent: "good",
  rejected: "bad",
  uncertain: "bad",
  expired: "warn",
  evicted: "warn",
  aborted: "rest",
};
