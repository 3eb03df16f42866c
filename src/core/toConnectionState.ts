import type { ConnectionState } from "./connectionState.ts";
import type { State } from "./machine/state.ts";

/** What the user sees of a machine state. `wallOffsetMs` turns monotonic ms into Unix ms. */
export const toConnectionState = (state: State, wallOffsetMs: number): ConnectionState => {
  const { attempt, lastError } = state.memory;
  switch (state.name) {
    case "disconnected":
      return { name: state.name, reason: state.reason };
    case "connected":
      return { name: state.name, since: state.sinceMs + wallOffsetMs };
    case "reconnecting": {
      const retryAt = state.retryAtMs + wallOffsetMs;
      return {
        name: state.name,
        attempt,
        retryAt,
        reason: state.reason,
        lastError,
        recovery: { kind: "automatic", at: retryAt },
      };
    }
    case "failed":
      return { name: state.name, code: state.code, error: state.error, recovery: state.recovery };
    default:
      return { name: state.name, attempt };
  }
};
