/** What the core and the shell need from the outside world. Owned here, implemented in src/platform and src/testing. */
import type { Boots } from "./ports/boots.ts";
import type { TabPorts } from "./ports/tabPorts.ts";

/** Time and turns. Members are functions, safe to pass unbound. */
export interface Clock {
  /** Milliseconds since an arbitrary fixed origin; never goes backwards. */
  readonly nowMs: () => number;
  /** Unix milliseconds, for display only: no decision reads it. */
  readonly wallMs: () => number;
  /** Runs `task` once after `delayMs`; returns a cancel function. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  /** Runs `task` after the current turn (a microtask). Cannot be cancelled. */
  readonly soon: (task: () => void) => void;
  /**
   * Runs `task` once before the next paint; returns a cancel function. A page that paints nothing, because it is hidden, runs it as
   * soon as a timer may. Absent: a task of its own.
   */
  readonly frame?: ((task: () => void) => () => void) | undefined;
}

/** Randomness. Browser and Node draw from `crypto.getRandomValues`. */
export interface Dice {
  /** In [0, 1). */
  readonly roll: () => number;
  /** UUID v4. */
  readonly uuid: () => string;
}

/** What one WebSocket message holds. Only `resilient.v1` is text alone; Blobs come where `binaryType` asks for them. */
export type RawData = string | ArrayBuffer | Blob;

/** What a socket tells its owner, in this order. */
export interface SocketEvents {
  readonly opened: () => void;
  readonly received: (data: RawData) => void;
  /** Once, the last event of a socket, also when it never opened. */
  readonly closed: (close: {
    readonly code: number;
    readonly reason: string;
    readonly wasClean: boolean;
  }) => void;
}

/** One WebSocket attempt. */
export interface Socket {
  /** Throws or returns; a non-OPEN socket throws. */
  readonly send: (data: RawData) => void;
  /** Starts the close handshake; `code` is 1000 or 3000–4999, `reason` ≤ 123 UTF-8 bytes. Idempotent. */
  readonly close: (code: number, reason: string) => void;
  /** Detaches every listener and closes: nothing is heard from this socket again. */
  readonly abandon: (code: number, reason: string) => void;
  readonly bufferedBytes: () => number;
}

/** Opens a socket. Throws on an unusable URL. `protocols` may be empty. Binary messages come as ArrayBuffers unless told otherwise. */
export type OpenSocket = (
  url: string,
  protocols: readonly string[],
  events: SocketEvents,
  binaryType?: "arraybuffer" | "blob",
) => Socket;

/** What a page may tell about itself and its network. Hints hurry things; they are never believed as a state. */
export type Hint =
  | "online"
  | "offline"
  /** The network changed (Wi-Fi ↔ cellular). */
  | "network"
  | "visible"
  | "hidden"
  /** The page leaves: bfcache, freeze. The socket must go. */
  | "suspended"
  /** The page is back from bfcache or freeze. */
  | "restored";

/** What the browser says of the network; absent where it does not. https://wicg.github.io/netinfo/ */
export interface Link {
  readonly effectiveType?: string | undefined;
  /** In ms. */
  readonly rtt?: number | undefined;
}

/** Listens to network and page; returns the removal. `hidden()` is read at decision time. */
export interface Sensors {
  readonly listen: (hear: (hint: Hint) => void) => () => void;
  readonly hidden: () => boolean;
  readonly link?: () => Link;
  /** A finger points here (`pointer: coarse`): a phone, a tablet. Absent: no. */
  readonly touch?: () => boolean;
}

/** All that a client knows of the world around it. The browser's unless given; each can be replaced alone. */
export interface Ports {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly socket: OpenSocket;
  /** Absent: no hints (Node). */
  readonly sensors?: Sensors | undefined;
  /** Absent: no other tabs (Node). */
  readonly tabs?: TabPorts | undefined;
  /** Absent: a page does not know what came before it in its tab (Node). */
  readonly boots?: Boots | undefined;
}
