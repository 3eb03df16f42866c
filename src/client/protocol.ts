import type { StateName } from "../core/connectionState.ts";
import type { Event } from "../core/machine/events.ts";
import type { HeartbeatPolicy } from "../core/machine/input.ts";
import type { Rows } from "../core/machine/step.ts";
import type { Clock, Dice, RawData } from "../core/ports.ts";
import type { GroupTerm } from "../core/ports/tabPorts.ts";
import type { ClientStats } from "../protocol/stats.ts";
import type { Channels } from "./channels.ts";
import type { Driver } from "./driver.ts";
import type { Emitter } from "./emitter.ts";
import type { Encode } from "./encode.ts";
import type { Queue } from "./queue.ts";
import type { Session } from "./resilient/session.ts";
import type { Wire } from "./resilient/wire.ts";

/** `make` gives a session of this tab on any wire; `socket` is the one to the server. */
export type Share = (make: (wire: Wire) => Session, socket: Wire, producers: ReadonlySet<string>) => Session;

/** What a protocol may use of the client. */
export interface ProtocolHost {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly queue: Queue;
  readonly channels: Channels;
  readonly emitter: Emitter;
  /** Null: the client has no heartbeat. */
  readonly heartbeat: HeartbeatPolicy | null;
  readonly state: () => StateName;
  /** Tells the machine; ignored when the attempt it speaks of is over. */
  readonly dispatch: (event: Event) => void;
  /** False: the socket is lost. */
  readonly transmit: (data: RawData) => boolean;
  readonly bufferedBytes: () => number;
  /**
   * Calls back when what was transmitted so far has left this browser; never, when the tab that was to transmit it is gone. Absent:
   * what is transmitted has left.
   */
  readonly onceGone?: ((then: () => void) => void) | undefined;
  /** Which of the client's URLs this is; -1 for any other. */
  readonly siteOf: (url: string) => number;
  /** What was counted since the last call. */
  readonly takeStats: () => ClientStats | undefined;
  /** It did not arrive: tell it with what comes next. */
  readonly keepStats: (stats: ClientStats) => void;
  /** Set where tabs share the socket: makes of this tab's session one that speaks for all of them. */
  readonly share?: Share | undefined;
  /** The group of tabs this one leads, and under which term. Absent: it speaks for itself. */
  readonly fence?: (() => GroupTerm | undefined) | undefined;
  /** Asks for an upkeep turn at the latest after this delay. */
  readonly upkeepIn: (delayMs: number) => void;
}

/** How the client speaks to a server: `resilientProtocol()`, `plainProtocol()`. */
export interface Protocol {
  readonly rows: Rows;
  readonly subprotocols: readonly string[];
  readonly binaryType?: "arraybuffer" | "blob" | undefined;
  /** It never carries bytes: tabs may share it over storage events too. */
  readonly textOnly?: boolean | undefined;
  /** Throws, or answers undefined, for what cannot be sent. */
  readonly encode: Encode;
  /** Carries `expected`. Absent: a message that has it is refused. */
  readonly conditional?: boolean | undefined;
  readonly drive: (host: ProtocolHost) => Driver;
}
