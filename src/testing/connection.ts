import type { Clock, RawData, Socket, SocketEvents } from "../core/ports.ts";
import { utf8Bytes } from "../core/utf8Bytes.ts";
import type { ServerSocket, ServerSocketEvents } from "../server/serverSocket.ts";
import { createPipe, type Link } from "./pipe.ts";
import type { SeededDice } from "./seededDice.ts";

/** `up`: what the client sends. `down`: what the server sends. */
export type Direction = "up" | "down" | "both";

type Run = (task: () => void) => void;

/** Who takes connections at the far end. */
export interface Listener {
  readonly accept: (socket: ServerSocket) => ServerSocketEvents;
  /** The server's turn. */
  readonly run: Run;
}

/** The simulated network carries text and bytes; Blobs need a real socket. */
export type Carried = Exclude<RawData, Blob>;

const sizeOf = (data: Carried): number => (typeof data === "string" ? utf8Bytes(data) : data.byteLength);

type Item =
  | { readonly kind: "open" }
  | { readonly kind: "data"; readonly data: Carried }
  | { readonly kind: "close"; readonly code: number; readonly reason: string }
  | { readonly kind: "reset" };

/** One WebSocket through the simulated network, seen from outside. */
export interface Connection {
  /** What the page would read: CONNECTING, OPEN, CLOSING, CLOSED. */
  readonly state: () => "connecting" | "open" | "closing" | "closed";
  readonly socket: Socket;
  /** Both ends learn at once that the connection is gone (1006); what was under way is lost. */
  readonly cut: () => void;
  /** Half-open: what is sent waits in the network and nobody is told. */
  readonly stall: (direction: Direction) => void;
  readonly resume: (direction: Direction) => void;
  /** The server's end is gone (its process died), if this listener took it. */
  readonly serverLost: (listener: Listener) => void;
  /** The page is gone: nothing is heard by it, the far end learns over the network. */
  readonly clientLost: () => void;
  /** For scripted peers: acts on the client's end at once. */
  readonly script: {
    readonly open: () => void;
    readonly receive: (data: Carried) => void;
    readonly close: (code: number, reason: string) => void;
  };
  readonly bytesUnderWay: () => number;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly dice: SeededDice;
  readonly link: () => Link;
  readonly events: SocketEvents;
  /** The page's turn. */
  readonly run: Run;
  /** Asked when the attempt arrives; no listener refuses it. Null: a test plays the far end. */
  readonly listener: (() => Listener | undefined) | null;
  /** What the page sent or was given, what the server was given or said. */
  readonly tap: (event: "sent" | "arrived" | "received" | "answered", data: Carried) => void;
}

/** How long an end waits for the other's close frame, in ms. Browsers and `ws` give up after about this long. */
const closeTimeoutMs = 30_000;
const frameBytes = 8;

export const createConnection = (options: ConnectionOptions): Connection => {
  const { clock, dice, link, listener, run } = options;
  let events: SocketEvents | null = options.events;
  let client: "connecting" | "open" | "closing" | "closed" = "connecting";
  let server: "none" | "open" | "closing" | "closed" = "none";
  let far: Listener | undefined;
  let farEvents: ServerSocketEvents | null = null;
  let cancelClientWait: (() => void) | null = null;
  let cancelServerWait: (() => void) | null = null;

  const endClient = (code: number, reason: string, wasClean: boolean): void => {
    if (client === "closed") return;
    client = "closed";
    cancelClientWait?.();
    down.drop();
    run(() => events?.closed({ code, reason, wasClean }));
  };

  const endServer = (): void => {
    if (server === "closed") return;
    const known = server !== "none";
    server = "closed";
    cancelServerWait?.();
    up.drop();
    if (known) far?.run(() => farEvents?.closed());
  };

  const serverSocket: ServerSocket = {
    send: (text) => {
      if (server !== "open") return;
      options.tap("answered", text);
      down.send({ kind: "data", data: text }, utf8Bytes(text) + frameBytes);
    },
    close: (code, reason) => {
      if (server !== "open") return;
      server = "closing";
      down.send({ kind: "close", code, reason }, frameBytes);
      cancelServerWait = clock.after(closeTimeoutMs, endServer);
    },
    terminate: () => {
      if (server === "closed") return;
      server = "closing";
      down.drop();
      down.send({ kind: "reset" }, 0);
      clock.after(0, endServer);
    },
    bufferedBytes: () => down.bufferedBytes(),
  };

  const arrive = (): void => {
    far = listener?.();
    if (!far) {
      server = "closed";
      return down.send({ kind: "reset" }, 0);
    }
    far.run(() => {
      if (server === "closed") return;
      server = "open";
      // The 101 travels before anything the server says.
      down.send({ kind: "open" }, 0);
      farEvents = far?.accept(serverSocket) ?? null;
    });
  };

  const deliverUp = (item: Item): void => {
    if (server === "closed") return;
    switch (item.kind) {
      case "open":
        return arrive();
      case "data":
        return far?.run(() => {
          const { data } = item;
          if (server === "closed") return;
          options.tap("received", data);
          farEvents?.received(typeof data === "string" ? data : new Uint8Array(data));
        });
      case "close":
        if (server === "open") down.send(item, frameBytes);
        return endServer();
      case "reset":
        return endServer();
      default:
        item satisfies never;
    }
  };

  const deliverDown = (item: Item): void => {
    if (client === "closed") return;
    switch (item.kind) {
      case "open":
        if (client !== "connecting") return;
        client = "open";
        return run(() => events?.opened());
      case "data":
        return run(() => {
          if (client !== "open" || !events) return;
          options.tap("arrived", item.data);
          events.received(item.data);
        });
      case "close":
        if (client === "open") up.send(item, frameBytes);
        return endClient(item.code, item.reason, true);
      case "reset":
        return endClient(1006, "", false);
      default:
        item satisfies never;
    }
  };

  const up = createPipe<Item>({ clock, dice, link, deliver: deliverUp });
  const down = createPipe<Item>({ clock, dice, link, deliver: deliverDown });
  if (listener) up.send({ kind: "open" }, 0);

  const cut = (): void => {
    up.drop();
    down.drop();
    clock.after(0, () => endClient(1006, "", false));
    clock.after(0, endServer);
  };

  const close = (code: number, reason: string): void => {
    if (client === "closing" || client === "closed") return;
    if (client === "connecting") {
      client = "closing";
      up.send({ kind: "reset" }, 0);
      clock.after(0, () => endClient(1006, "", false));
      return;
    }
    client = "closing";
    up.send({ kind: "close", code, reason }, frameBytes);
    cancelClientWait = clock.after(closeTimeoutMs, () => endClient(1006, "", false));
  };

  return {
    state: () => client,
    socket: {
      send: (data) => {
        if (client !== "open") throw new Error(`InvalidStateError: the socket is ${client}`);
        if (data instanceof Blob) throw new TypeError("the simulated network carries no Blobs");
        options.tap("sent", data);
        up.send({ kind: "data", data }, sizeOf(data) + frameBytes);
      },
      close,
      abandon: (code, reason) => {
        events = null;
        close(code, reason);
      },
      bufferedBytes: () => up.bufferedBytes(),
    },
    cut,
    stall: (direction) => {
      if (direction !== "down") up.stall();
      if (direction !== "up") down.stall();
    },
    resume: (direction) => {
      if (direction !== "down") up.resume();
      if (direction !== "up") down.resume();
    },
    serverLost: (listenerLost) => {
      if (server === "closed" || far !== listenerLost) return;
      server = "closed";
      cancelServerWait?.();
      up.drop();
      // What had left the process still arrives: the kernel sends it, then resets.
      down.send({ kind: "reset" }, 0);
    },
    clientLost: () => {
      events = null;
      if (client === "closed") return;
      client = "closed";
      cancelClientWait?.();
      down.drop();
      up.send({ kind: "reset" }, 0);
    },
    script: {
      open: () => deliverDown({ kind: "open" }),
      receive: (data) => {
        if (client === "open") deliverDown({ kind: "data", data });
      },
      close: (code, reason) => endClient(code, reason, code !== 1006),
    },
    bytesUnderWay: () => up.underWay() + down.underWay(),
  };
};
