import type { Clock, Dice } from "../core/ports.ts";
import type { Json } from "../protocol/frames.ts";
import type { Authenticate, AuthorizeRequest } from "./access.ts";
import type { Filter } from "./filter.ts";
import type { InboundMessage, MessageContext } from "./inboundMessage.ts";
import type { ServerLimits } from "./limits.ts";
import type { Logger } from "./log.ts";
import type { Snapshot } from "./snapshots.ts";
import type { FanOut, LogStore } from "./store/LogStore.ts";

/** What `createResilientServer` is given; only `authenticate` must be. */
export interface ResilientServerOptions {
  /** Omitted: SQLite at `./resilient-socket.db` (needs Node ≥ 22.13). */
  readonly store?: LogStore | undefined;
  /** What tells other nodes of a commit. Omitted: `localFanOut()`, one node alone. */
  readonly fanOut?: FanOut | undefined;
  /** Who speaks: asked at each login and each fresh token. */
  readonly authenticate: Authenticate;
  /** Only `true` allows; any other answer refuses. Omitted: every authenticated subject may read and write every channel. */
  readonly authorize?: ((request: AuthorizeRequest) => boolean | Promise<boolean>) | undefined;
  /**
   * Returns what is stored instead of the payload, or a promise of it. `undefined` keeps the payload as it was sent, so a handler that
   * forgets to return stores what it was to change; `null` is stored as null. Runs before the commit, and may run more than once for one message.
   */
  readonly onMessage?: ((message: InboundMessage, context: MessageContext) => Json) | undefined;
  /**
   * Which events of a channel a subject may see: the same function for what is sent live, replayed, read and volatile. Synchronous,
   * asked once per subject and commit however many sockets the subject has. Only `true` shows; a throw or a promise hides and is
   * logged as `FILTER_FAILED`. It is asked about the sender's own events too. That something was hidden, and when, stays visible.
   */
  readonly filter?: Filter | undefined;
  /**
   * The state of a channel and the cursor it stands at, for gaps that are too large. Omitted: such gaps are `lost`. Without a
   * `filter` one state serves all who may read the channel, and `subject` is undefined; with one the source is asked per subject
   * and must leave out of the state what `filter` hides from it.
   */
  readonly snapshot?: Snapshot | undefined;
  /** Exact matches of the Origin header. Omitted: same host as the request only. */
  readonly origins?: readonly string[] | undefined;
  /** Accept requests without an Origin (native clients). Default false. */
  readonly allowMissingOrigin?: boolean | undefined;
  /**
   * Addresses and CIDR blocks of your own proxies: only what these append to `X-Forwarded-For` is believed, and the last address that
   * is not among them is the peer's. Omitted: the socket's address counts, so behind a proxy all peers share its limits. A text that
   * is neither throws `INVALID_OPTION`.
   */
  readonly trustProxy?: readonly string[] | undefined;
  /** In ms: a ping every `intervalMs` (25 000); a socket that says nothing for `intervalMs + timeoutMs` (10 000) is closed with 4007. */
  readonly heartbeat?:
    { readonly intervalMs?: number | undefined; readonly timeoutMs?: number | undefined } | undefined;
  /**
   * Sockets per second this node takes: `welcome.spreadMs` = connections ÷ this. Those beyond it (bursts of two seconds, at least 100)
   * are told when to come again. Default 1 000.
   */
  readonly acceptPerSecond?: number | undefined;
  readonly limits?: ServerLimits | undefined;
  /** Default: warnings and errors on the console, each code at most every 10 s. `() => {}` for silence. */
  readonly logger?: Logger | undefined;
  /** Time and dice, for tests. */
  readonly ports?: { readonly clock: Clock; readonly dice: Dice } | undefined;
}
