import type { Event } from "../core/machine/events.ts";
import type { State } from "../core/machine/state.ts";
import type { Rows } from "../core/machine/step.ts";
import type { Locks } from "../core/ports/tabPorts.ts";
import type { Display } from "./createDisplay.ts";
import type { Upkeep } from "./createUpkeep.ts";
import type { Driver } from "./driver.ts";
import type { Emitter } from "./emitter.ts";
import type { BequestHost } from "./outbox/bequest.ts";
import type { ProtocolHost } from "./protocol.ts";
import type { TabsState } from "./ResilientClient.ts";
import type { Store } from "./store.ts";

export interface ConnectionHost {
  readonly emitter: Emitter;
  readonly driver: () => Driver;
  /** Nothing is unsettled. */
  readonly isIdle: () => boolean;
  /** Does what is due by the clock; ms until the next is, Infinity without one. */
  readonly chores: () => number;
  /** Nothing runs any more. */
  readonly rested: () => void;
  /** After the chores of a turn that the clock brought. */
  readonly ticked: () => void;
  /** Another tab's connection is used meanwhile: the clock is needed all the same. */
  readonly isBorrowing?: (() => boolean) | undefined;
  /** More of the table. */
  readonly rows?: Rows | undefined;
  readonly show: Display["show"];
  /** What a page that goes leaves to the others; undefined where it is stored. */
  readonly estate?: (() => BequestHost | undefined) | undefined;
}

/** Who shares a connection, as far as this tab knows. */
export interface Group {
  readonly me: string;
  /** Null while nobody is known to lead. */
  readonly leader: string | null;
  readonly followers: readonly string[];
}

/** What the protocol may use of it, and what the client does. */
export interface Connection extends Pick<
  ProtocolHost,
  "state" | "dispatch" | "transmit" | "bufferedBytes" | "siteOf" | "share" | "fence" | "onceGone"
> {
  readonly name: string;
  /** The table it goes by. */
  readonly rows: Rows;
  readonly machine: () => State;
  /** A cap made the last delay shorter. */
  readonly isCapped: () => boolean;
  /** Of the last socket that is gone: what it was closed with, by either side; 0 where it could not even be made. */
  readonly closeCode: () => number;
  /** A public call. */
  readonly call: (event: Event) => void;
  readonly isConnected: () => boolean;
  /** Anything may be alive: a timer, a socket, a listener (but of `disconnected: suspended`, which waits for the page). */
  readonly isLive: () => boolean;
  readonly dueIn: Upkeep["dueIn"];
  /** Once a turn: takes over what other pages left, as there is room for it. */
  readonly feed?: (() => void) | undefined;
  /** What tabs lock names with here. */
  readonly locks?: Locks | undefined;
  /** Set where tabs may share it. */
  readonly tabs?: Store<TabsState> | undefined;
  /** Likewise. */
  readonly group?: (() => Group) | undefined;
}
