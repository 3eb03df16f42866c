import type { FailedRecovery } from "../connectionState.ts";
import type { ResilientSocketError } from "../errors.ts";
import type { Memory, StateOf } from "./state.ts";

/** No attempt can succeed until the user or the app acts. */
export const failed = (
  memory: Memory,
  error: ResilientSocketError,
  kind: FailedRecovery,
): StateOf<"failed"> => ({
  name: "failed",
  code: error.code,
  error,
  recovery: { kind },
  memory: { ...memory, lastError: error },
});
