/** Every code an error of this package carries; each has a heading in docs/errors.md. Switch on `code`, never parse `message`. */
export type ErrorCode =
  // at send
  | "UNSERIALIZABLE"
  | "INVALID_NAME"
  | "INVALID_EXPECTED"
  | "TOO_LARGE"
  | "QUEUE_FULL"
  | "NOT_CONNECTED"
  | "CONGESTED"
  | "SSR"
  | "DISPOSED"
  // one attempt
  | "CONNECT_TIMEOUT"
  | "HANDSHAKE_TIMEOUT"
  | "HEARTBEAT_TIMEOUT"
  | "SOCKET_CLOSED"
  | "AUTH_FAILED"
  | "URL_FAILED"
  | "INVALID_FRAME"
  // the connection
  | "NOT_RESILIENT"
  | "UNAUTHORISED"
  | "FORBIDDEN"
  | "VERSION_UNSUPPORTED"
  | "PROTOCOL_ERROR"
  | "INVALID_SEQ"
  | "CLOSED_BY_SERVER"
  | "RETRIES_EXHAUSTED"
  | "ILLEGAL_TRANSITION"
  // the caller
  | "INVALID_OPTION"
  | "NO_PROVIDER"
  | "HANDLER_THREW"
  | "MESSAGE_NOT_ACKED"
  | "REPLY_TIMEOUT"
  | "REPLY_GONE"
  | "REPLY_TOO_LARGE"
  | "TIMEOUT"
  | "DISCONNECTED"
  | "NOT_SUPPORTED"
  // the outbox's storage
  | "STORAGE_UNAVAILABLE"
  | "STORAGE_LOST"
  // the server side
  | "STORE_UNAVAILABLE"
  | "SQLITE_UNAVAILABLE"
  | "KEY_REUSED";

/** The one error class. `[CODE] text` is for people; `code` is for programs; `cause` is kept. */
export class ResilientSocketError extends Error {
  // A field, not an assignment: where prototypes are frozen an assignment throws.
  override name = "ResilientSocketError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, text: string, cause?: unknown) {
    super(`[${code}] ${text}`, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** An internal event met a state in which it cannot happen: a defect, never a consequence of a public call. */
export class StateTransitionError extends ResilientSocketError {
  constructor(state: string, event: string) {
    super("ILLEGAL_TRANSITION", `${event} cannot happen in ${state}`);
    this.name = "StateTransitionError";
  }
}
