import type { FailedRecovery, ReconnectReason } from "../connectionState.ts";
import type { CloseAdvice } from "../closePolicy.ts";
import type { ErrorCode } from "../errors.ts";
import type { Hint } from "../ports.ts";
import type { State } from "./state.ts";

export type Event =
  // public calls
  | { readonly type: "connect" }
  | { readonly type: "disconnect"; readonly reason: "requested" | "logout" | "disposed" }
  | { readonly type: "reconnect" }
  // other tabs
  /** This tab leads from now on, and goes on where the last leader stood; instants are of this tab's clock. */
  | { readonly type: "adopted"; readonly state: State }
  /** Another tab's connection moved: what is shown here follows. */
  | { readonly type: "mirrored" }
  // the socket
  | { readonly type: "socketOpened" }
  | ({
      readonly type: "socketLost";
      readonly code: number;
      readonly text: string;
      /** Default `SOCKET_CLOSED`. */
      readonly error?: ErrorCode;
    } & CloseAdvice)
  // the protocol
  | { readonly type: "welcomed"; readonly spreadMs: number }
  | { readonly type: "resumed" }
  /** This attempt is over, another may succeed. `code` is sent with the close frame. */
  | {
      readonly type: "attemptFailed";
      readonly reason: ReconnectReason;
      readonly code: number;
      readonly error: ErrorCode;
      readonly text: string;
    }
  /** No attempt can succeed until the user or the app acts. */
  | {
      readonly type: "refused";
      readonly error: ErrorCode;
      readonly text: string;
      readonly recovery: FailedRecovery;
    }
  | {
      readonly type: "goawayReceived";
      readonly minMs: number;
      readonly maxMs: number;
      /** Which of the listed URLs to dial then; below 0 the same. */
      readonly site: number;
    }
  // timers: the name of each and `Due`
  | { readonly type: "deadlineDue" }
  | { readonly type: "retryDue" }
  | { readonly type: "heartbeatDue" }
  | { readonly type: "uptimeDue" }
  | { readonly type: "leaveDue" }
  // network and page
  | { readonly type: "hinted"; readonly hint: Exclude<Hint, "suspended" | "restored"> }
  /** The page has been hidden for as long as it may keep a socket. */
  | { readonly type: "idled" }
  | { readonly type: "suspended" }
  | { readonly type: "restored" };

export type EventOf<Type extends Event["type"]> = Extract<Event, { readonly type: Type }>;
