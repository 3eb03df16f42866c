import type { ConnectionState } from "./connectionState.ts";
import type { State } from "./machine/state.ts";

/** What the user sees of a machine state. `wallOffsetMs` turns monotonic ms into Unix ms. */
export const toConnectionState = (state: State, wallOffsetMs: number): ConnectionState => {
  const { memory, ...own } = state;
  const { attempt, lastError } = memory;
  switch (own.name) {
    case "disconnected":
    case "failed":
      return own;
    case "connected":
      return { name: own.name, since: own.sinceMs + wallOffsetMs };
    case "reconnecting": {
      const { name, reason, retryAtMs } = own;
      const retryAt = retryAtMs + wallOffsetMs;
      return { name, attempt, retryAt, reason, lastError, recovery: { kind: "automatic", at: retryAt } };
    }
    default:
      return { name: own.name, attempt };
  }
};
