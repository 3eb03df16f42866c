import type { ErrorCode, ResilientSocketError } from "./errors.ts";

/** Never connected yet; the app said so; the page sleeps or pauses; `logout()`; `dispose()`. */
export type DisconnectReason = "initial" | "requested" | "suspended" | "logout" | "disposed";

/** What ended the connection, or the attempt. */
export type ReconnectReason =
  /** The server or a proxy closed the socket, or it broke. */
  | "closed"
  /** Nothing was heard for interval + timeout. */
  | "heartbeat"
  /** No socket, `hello` or `welcome` within its deadline. */
  | "timeout"
  /** The network changed or came back. */
  | "network"
  /** The function `url` had no answer. */
  | "url"
  /** The token could not be fetched. */
  | "auth"
  /** The circuit breaker is open: one probe per half minute. */
  | "breaker";

/** What happens next without the user, or what the user must do. */
export type Recovery =
  | { readonly kind: "automatic"; /** Unix ms. */ readonly at: number }
  | { readonly kind: "sign-in" | "update-app" | "manual" };

/** What ends `failed`. */
export type FailedRecovery = Exclude<Recovery["kind"], "automatic">;

/** What the user has. `attempt` counts failures since the last stable connection. */
export type ConnectionState =
  | { readonly name: "disconnected"; readonly reason: DisconnectReason }
  | { readonly name: "connecting"; readonly attempt: number }
  | { readonly name: "authenticating"; readonly attempt: number }
  | { readonly name: "resuming"; readonly attempt: number }
  | { readonly name: "connected"; /** Unix ms. */ readonly since: number }
  | {
      readonly name: "reconnecting";
      readonly attempt: number;
      /** Unix ms. */
      readonly retryAt: number;
      readonly reason: ReconnectReason;
      readonly lastError: ResilientSocketError | null;
      readonly recovery: Recovery;
    }
  | {
      readonly name: "failed";
      readonly code: ErrorCode;
      readonly error: ResilientSocketError;
      readonly recovery: Recovery;
    };

/** The seven states, by name. */
export type StateName = ConnectionState["name"];
