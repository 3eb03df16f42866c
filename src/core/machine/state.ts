import type { DisconnectReason, ReconnectReason, Recovery } from "../connectionState.ts";
import type { ErrorCode, ResilientSocketError } from "../errors.ts";

/** What outlives one attempt. */
export interface Memory {
  /** Failures since the last stable connection. */
  readonly attempt: number;
  /** Attempts in a row that did not become a connection. */
  readonly failures: number;
  /** When there was last a connection, or the first attempt failed; null while stable. */
  readonly failingSinceMs: number | null;
  /** A cap made the last delay shorter. */
  readonly capped: boolean;
  /** The last delay, for policies that build on it. */
  readonly previousMs: number;
  /** In [0, 1), drawn at the first dial; null before. */
  readonly clientDice: number | null;
  /** The spread the server last advised; null before the first advice. */
  readonly spreadMs: number | null;
  /** Refusals by standard close codes in a row, see closePolicy. */
  readonly refusals: number;
  /** When this machine last noticed a cause on its own side. */
  readonly localCauseAtMs: number;
  /** When it last retried at once. */
  readonly immediateAtMs: number;
  /** No dial before, unless the user asks for it: the server said so. */
  readonly notBeforeMs: number;
  /** Which of the listed URLs is dialled, modulo their number: the next one when the breaker opens. */
  readonly site: number;
  readonly lastError: ResilientSocketError | null;
}

interface Common<Name extends string> {
  readonly name: Name;
  readonly memory: Memory;
}

/** An unanswered probe: silence until `sentAtMs + timeoutMs` means the socket is dead. */
export interface Probe {
  readonly sentAtMs: number;
  readonly timeoutMs: number;
}

export type State =
  | (Common<"disconnected"> & { readonly reason: DisconnectReason })
  | Common<"connecting">
  | Common<"authenticating">
  | (Common<"resuming"> & { readonly probe: Probe | null })
  | (Common<"connected"> & { readonly sinceMs: number; readonly probe: Probe | null })
  | (Common<"reconnecting"> & { readonly reason: ReconnectReason; readonly retryAtMs: number })
  | (Common<"failed"> & {
      readonly code: ErrorCode;
      readonly error: ResilientSocketError;
      readonly recovery: Recovery;
    });

export type StateOf<Name extends State["name"]> = Extract<State, { readonly name: Name }>;

/** What a stable connection, or the user's wish to try again, forgets. What the server advised still holds. */
export const stable = {
  attempt: 0,
  failures: 0,
  failingSinceMs: null,
  previousMs: 0,
  capped: false,
  refusals: 0,
  lastError: null,
};

export const freshMemory: Memory = {
  ...stable,
  clientDice: null,
  spreadMs: null,
  localCauseAtMs: -Infinity,
  immediateAtMs: -Infinity,
  notBeforeMs: -Infinity,
  site: 0,
};
