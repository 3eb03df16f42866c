/** Every text that a user may see, in one map: replace what you like, word by word or language by language. */
import type { ConnectionState, ResilientSocketError } from "../client/surface.ts";

type Of<N extends ConnectionState["name"]> = Extract<ConnectionState, { name: N }>;
/** What happens next by itself, or what somebody must do. */
export type RecoveryKind = Of<"failed" | "reconnecting">["recovery"]["kind"];

/** States, reasons, errors and recoveries; `do:` the button of a recovery; `restored` ends an outage that was told. */
export type MessageCode =
  | ConnectionState["name"]
  | Of<"disconnected" | "reconnecting">["reason"]
  | ResilientSocketError["code"]
  | RecoveryKind
  | `do:${RecoveryKind}`
  | "restored";
/** A text for every code. */
export type Messages = Readonly<Record<MessageCode, string>>;

/** The English texts. */
export const messages: Messages = {
  // states
  disconnected: "Not connected",
  connecting: "Connecting",
  authenticating: "Signing in",
  resuming: "Catching up",
  connected: "Connected",
  reconnecting: "Reconnecting",
  failed: "The connection has stopped",
  restored: "Connected again",

  // why it is not connected
  initial: "Nobody has asked for a connection yet.",
  requested: "You disconnected.",
  suspended: "Paused while the page was in the background.",
  logout: "You signed out.",
  disposed: "This page no longer uses the connection.",

  // why it reconnects
  closed: "The connection broke.",
  heartbeat: "Nothing was heard for too long.",
  timeout: "The server takes too long to answer.",
  network: "The network changed.",
  url: "The server's address could not be found out.",
  auth: "The sign-in could not be renewed.",
  breaker: "The server has not answered for a while.",

  // what happens next
  automatic: "Trying again by itself; what you send meanwhile is kept.",
  "sign-in": "Please sign in again.",
  "update-app": "Please reload to get the current version.",
  manual: "Please try again, or come back later.",
  "do:automatic": "Try now",
  "do:sign-in": "Sign in",
  "do:update-app": "Reload",
  "do:manual": "Try again",

  // why it stopped
  NOT_RESILIENT: "The server speaks another language than this app.",
  UNAUTHORISED: "The server does not accept this sign-in.",
  FORBIDDEN: "This sign-in may not come in here.",
  VERSION_UNSUPPORTED: "This version of the app is too old or too new for the server.",
  PROTOCOL_ERROR: "The server could not make sense of what this app said.",
  INVALID_SEQ: "The server lost count of this app's messages.",
  CLOSED_BY_SERVER: "The server ended the connection for good.",
  RETRIES_EXHAUSTED: "The server could not be reached.",
  ILLEGAL_TRANSITION: "Something went wrong inside the app.",

  // one attempt
  CONNECT_TIMEOUT: "The server could not be reached in time.",
  HANDSHAKE_TIMEOUT: "The server did not greet in time.",
  HEARTBEAT_TIMEOUT: "Nothing was heard for too long.",
  SOCKET_CLOSED: "The connection broke.",
  AUTH_FAILED: "The sign-in could not be renewed.",
  URL_FAILED: "The server's address could not be found out.",
  INVALID_FRAME: "The server said something that makes no sense.",

  // one message
  UNSERIALIZABLE: "This cannot be sent: it has no text form.",
  INVALID_NAME: "This cannot be sent: its channel or key is no name.",
  INVALID_EXPECTED: "This cannot be sent: it expects a place that is none.",
  TOO_LARGE: "This is too large to be sent.",
  QUEUE_FULL: "Too much is waiting to be sent already.",
  NOT_CONNECTED: "This was for a live connection only, and there is none.",
  CONGESTED: "This was for a free line only, and it is busy.",
  SSR: "Nothing is sent while the page is rendered on a server.",
  DISPOSED: "This page no longer uses the connection.",
  MESSAGE_NOT_ACKED: "The server did not take the message.",

  // a question
  REPLY_TIMEOUT: "No answer came in time.",
  REPLY_GONE: "The answer is gone.",
  REPLY_TOO_LARGE: "The answer was too large.",
  TIMEOUT: "It took too long.",
  DISCONNECTED: "There is no connection.",
  NOT_SUPPORTED: "The server cannot do this.",

  // the app, the server
  INVALID_OPTION: "The app is set up wrongly.",
  NO_PROVIDER: "The app is set up wrongly.",
  HANDLER_THREW: "Something went wrong inside the app.",
  STORAGE_UNAVAILABLE: "Messages cannot be stored here: they are kept as long as this page is open.",
  STORAGE_LOST: "Messages cannot be stored any more: they are kept as long as this page is open.",
  STORE_UNAVAILABLE: "The server cannot store anything at the moment.",
  SQLITE_UNAVAILABLE: "The server cannot store anything here.",
  KEY_REUSED: "The same message was sent with another content before.",
};

/** A connection in words: what it is, why, and what happens next or what to do. */
export interface Description {
  readonly title: string;
  readonly reason?: string | undefined;
  readonly next?: string | undefined;
}

/** A state in words, of `texts` (default: the English ones). */
export const describeConnection = (state: ConnectionState, texts: Messages = messages): Description => {
  const title = texts[state.name];
  switch (state.name) {
    case "disconnected":
      return { title, reason: texts[state.reason] };
    case "reconnecting":
      return { title, reason: texts[state.reason], next: texts[state.recovery.kind] };
    case "failed":
      return { title, reason: texts[state.code], next: texts[state.recovery.kind] };
    default:
      return { title };
  }
};
