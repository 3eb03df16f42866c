import type { Clock, OpenSocket } from "../core/ports.ts";
import type { Json, ClientFrame, ServerFrame } from "../protocol/frames.ts";
import { type Connection, createConnection, type Direction, type Listener } from "./connection.ts";
import type { DeviceClock } from "./deviceClock.ts";
import type { Link } from "./pipe.ts";
import type { SeededDice } from "./seededDice.ts";

/** One socket that a client opened: what happened to it, and what a test may do to it. */
export interface WorldSocket {
  /** 1, 2, 3… in the order of opening. */
  readonly id: number;
  /** Who opened it: the tab's name. */
  readonly owner: string;
  readonly url: string;
  readonly protocols: readonly string[];
  readonly openedAtMs: number;
  /** Sockets of the same owner that were CONNECTING or OPEN when this one was opened: 0, or something is wrong. */
  readonly liveBefore: number;
  /** As the page would read it. */
  readonly state: () => "connecting" | "open" | "closing" | "closed";
  /** Text messages the client sent. */
  readonly sent: readonly string[];
  /** Binary messages the client sent. */
  readonly sentBytes: readonly ArrayBuffer[];
  /** The frames in them. */
  readonly frames: () => readonly ClientFrame[];
  /** Both ends learn at once (1006); what was under way is lost. */
  readonly cut: () => void;
  /** Half-open: what is sent waits, nobody is told. Default both directions. */
  readonly stall: (direction?: Direction) => void;
  /** Ends `stall`: what waited goes on. Default both directions. */
  readonly resume: (direction?: Direction) => void;
  /** Plays the server: the handshake succeeds now. */
  readonly open: () => void;
  /** Plays the server: a frame, several frames in one message, raw text, or bytes. */
  readonly receive: (message: ServerFrame | readonly ServerFrame[] | string | ArrayBuffer) => void;
  /** Plays the server: the socket closes now. */
  readonly close: (code?: number, reason?: string) => void;
}

/** The network of a world: every socket of it, and what may befall them. */
export interface Network {
  /** Every socket ever opened. */
  readonly sockets: readonly WorldSocket[];
  /** Sockets of an owner (default: of all) that are CONNECTING or OPEN. */
  readonly live: (owner?: string) => readonly WorldSocket[];
  /** Changes the path of connections, old and new. */
  readonly shape: (link: Partial<Link>) => void;
  /** Stalls every connection, also those to come: a partition. */
  readonly stall: (direction?: Direction) => void;
  /** Ends `stall`. */
  readonly resume: () => void;
  /** Cuts every connection. */
  readonly cut: () => void;
  /** While true, attempts fail as if nobody listened. */
  readonly refuse: (refuse: boolean) => void;
  /** Each connection goes to one of them; none: attempts are refused. */
  readonly listen: (listeners: readonly Listener[]) => void;
  /** Every connection that this listener took has lost its server end: the process died. */
  readonly serverLost: (listener: Listener) => void;
  /** The page of this owner is gone. */
  readonly clientLost: (owner: string) => void;
  /** A `ports.socket` for a page. */
  readonly openSocket: (owner: string, page: DeviceClock) => OpenSocket;
}

export interface NetworkOptions {
  readonly clock: Clock;
  readonly dice: SeededDice;
  readonly link: Link;
  /** True: sockets stay CONNECTING until a test plays the server. */
  readonly scripted: boolean;
  /** Hears every WebSocket message a page sends or is given; of bytes, how many. */
  readonly onWire?: ((socket: number, event: "sent" | "arrived", text: string) => void) | undefined;
  /** Hears every WebSocket message a server is given or says; of bytes, how many. */
  readonly onServer?: ((socket: number, event: "received" | "answered", text: string) => void) | undefined;
}

const framesOf = (text: string): readonly ClientFrame[] => {
  const parsed: Json = JSON.parse(text);
  return (Array.isArray(parsed) ? parsed : [parsed]) as readonly ClientFrame[];
};

const isLive = (socket: WorldSocket): boolean => socket.state() === "connecting" || socket.state() === "open";

export const createNetwork = ({
  clock,
  dice,
  link: initial,
  scripted,
  onWire,
  onServer,
}: NetworkOptions): Network => {
  const sockets: WorldSocket[] = [];
  const ends: (Pick<Connection, "serverLost" | "clientLost"> & { readonly owner: string })[] = [];
  let link = initial;
  let stalled: Direction | null = null;
  let refusing = false;
  let listeners: readonly Listener[] = [];

  const balance = dice.fork("balancer");
  const route = (): Listener | undefined => (listeners.length > 1 ? balance.oneOf(listeners) : listeners[0]);

  const live = (owner?: string): readonly WorldSocket[] =>
    sockets.filter((one) => (owner === undefined || one.owner === owner) && isLive(one));

  const openSocket =
    (owner: string, page: DeviceClock): OpenSocket =>
    (url, protocols, events) => {
      const id = sockets.length + 1;
      const sent: string[] = [];
      const sentBytes: ArrayBuffer[] = [];
      const liveBefore = live(owner).length;
      const connection = createConnection({
        clock,
        dice: dice.fork(`connection ${id}`),
        link: () => link,
        events,
        run: page.run,
        listener: scripted ? null : () => (refusing ? undefined : route()),
        tap: (event, data) => {
          const text = typeof data === "string" ? data : `${data.byteLength} bytes`;
          if (event === "received" || event === "answered") return onServer?.(id, event, text);
          if (event === "sent")
            if (typeof data === "string") sent.push(data);
            else sentBytes.push(data);
          onWire?.(id, event, text);
        },
      });
      if (stalled) connection.stall(stalled);
      ends.push({ owner, serverLost: connection.serverLost, clientLost: connection.clientLost });
      sockets.push({
        id,
        owner,
        url,
        protocols,
        openedAtMs: clock.nowMs(),
        liveBefore,
        state: connection.state,
        sent,
        sentBytes,
        frames: () => sent.flatMap(framesOf),
        cut: connection.cut,
        stall: (direction = "both") => connection.stall(direction),
        resume: (direction = "both") => connection.resume(direction),
        open: connection.script.open,
        receive: (message) =>
          connection.script.receive(
            typeof message === "string" || message instanceof ArrayBuffer ? message : JSON.stringify(message),
          ),
        close: (code = 1006, reason = "") => connection.script.close(code, reason),
      });
      return connection.socket;
    };

  return {
    sockets,
    live,
    shape: (change) => {
      link = { ...link, ...change };
    },
    stall: (direction = "both") => {
      stalled = direction;
      for (const socket of sockets) socket.stall(direction);
    },
    resume: () => {
      stalled = null;
      for (const socket of sockets) socket.resume();
    },
    cut: () => {
      for (const socket of sockets) socket.cut();
    },
    refuse: (refuse) => {
      refusing = refuse;
    },
    listen: (next) => {
      listeners = next;
    },
    serverLost: (listener) => {
      for (const end of ends) end.serverLost(listener);
    },
    clientLost: (owner) => {
      for (const end of ends) if (end.owner === owner) end.clientLost();
    },
    openSocket,
  };
};
