import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { hostileTricks, showSignIn, type Trick } from "./captivePortal.ts";
import { pump, type Weather } from "./pump.ts";

/** What the proxy stands before. */
export interface ChaosProxyOptions {
  /** Where connections go. `host` defaults to 127.0.0.1. */
  readonly target: { readonly port: number; readonly host?: string };
}

/** One TCP connection through the proxy. Times are `performance.now()`. */
export interface ProxiedConnection {
  readonly id: number;
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** A TCP proxy on 127.0.0.1 that misbehaves when told. */
export interface ChaosProxy {
  readonly port: number;
  /** Every connection so far. */
  readonly connections: readonly ProxiedConnection[];
  /** Ends every connection with FIN; returns how many. */
  readonly cut: () => number;
  /** Ends every connection with RST; returns how many. */
  readonly reset: () => number;
  /** For `ms` nothing passes this way, in connections old and new, and nobody is told. What waits passes afterwards. */
  readonly blackHole: (direction: "up" | "down" | "both", ms: number) => void;
  /** Every chunk waits this long, each way; 0 ends it. */
  readonly delay: (ms: number) => void;
  /** Writes at most this many bytes at a time; null ends it. */
  readonly slice: (bytes: number | null) => void;
  /** Bytes per second each way and connection; null ends it. */
  readonly throttle: (bytesPerSecond: number | null) => void;
  /** While true, new connections are reset at once. */
  readonly refuse: (refuse: boolean) => void;
  /**
   * While not false, new connections meet a captive portal. `true`: HTTP 200 and a page. `"hostile"`, by turns: a redirect; the request
   * passed on without its `Upgrade`; an upgrade with HTML scribbled behind it; a connection on which nothing is ever said. Each call
   * ends whoever is still in the portal.
   */
  readonly portal: (portal: boolean | "hostile") => void;
  /** Writes these bytes into every connection on its way down, between two chunks; returns how many. */
  readonly inject: (bytes: string | Uint8Array) => number;
  /** Where connections go from now on. */
  readonly retarget: (target: ChaosProxyOptions["target"]) => void;
  /** Ends everything. */
  readonly close: () => Promise<void>;
}

const ignore = (): void => undefined;

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

const listening = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });

/** A TCP proxy on a free port of 127.0.0.1 that breaks what passes through it as it is told. Resolves when it listens. */
export const createChaosProxy = async (options: ChaosProxyOptions): Promise<ChaosProxy> => {
  const log: { -readonly [K in keyof ProxiedConnection]: ProxiedConnection[K] }[] = [];
  const pairs = new Set<Pair>();
  const strays = new Set<Socket>();
  const holes = { up: 0, down: 0 };
  let target = options.target;
  let weather = { delayMs: 0, sliceBytes: null as number | null, bytesPerSecond: null as number | null };
  let door: "open" | "refusing" | "portal" = "open";
  let tricks: readonly Trick[] = [showSignIn];
  let turn = 0;

  const forward = (client: Socket): void => {
    const server = connect({ host: target.host ?? "127.0.0.1", port: target.port, noDelay: true });
    const pair: Pair = { client, server };
    const entry: (typeof log)[number] = {
      id: log.length + 1,
      openedAt: performance.now(),
      closedAt: null,
      bytesUp: 0,
      bytesDown: 0,
    };
    log.push(entry);
    pairs.add(pair);
    const end = (): void => {
      entry.closedAt ??= performance.now();
      pairs.delete(pair);
    };
    const through =
      (direction: "up" | "down"): (() => Weather) =>
      () => ({ ...weather, holeUntil: holes[direction] });
    pump(client, server, through("up"), (bytes) => (entry.bytesUp += bytes));
    pump(server, client, through("down"), (bytes) => (entry.bytesDown += bytes));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on("error", () => other.resetAndDestroy());
      one.on("close", () => {
        end();
        other.destroySoon();
      });
    }
  };

  const server = createServer({ noDelay: true, allowHalfOpen: false }, (client) => {
    client.on("error", ignore);
    if (door === "open") return forward(client);
    if (door === "refusing") return void client.resetAndDestroy();
    strays.add(client);
    client.once("close", () => strays.delete(client));
    const trick = tricks[turn++ % tricks.length] ?? showSignIn;
    client.once("data", (request) => trick(client, request, target));
  });
  await listening(server);

  const endAll = (end: (socket: Socket) => void): number => {
    const ending = [...pairs];
    for (const pair of ending) {
      pairs.delete(pair);
      end(pair.client);
      end(pair.server);
    }
    return ending.length;
  };

  const endStrays = (): void => strays.forEach((stray) => void stray.destroy());

  return {
    port: (server.address() as AddressInfo).port,
    connections: log,
    cut: () =>
      endAll((socket) => {
        socket.end();
        socket.destroySoon();
      }),
    reset: () => endAll((socket) => socket.resetAndDestroy()),
    blackHole: (direction, ms) => {
      const until = performance.now() + ms;
      if (direction !== "down") holes.up = until;
      if (direction !== "up") holes.down = until;
    },
    delay: (delayMs) => void (weather = { ...weather, delayMs }),
    slice: (sliceBytes) => void (weather = { ...weather, sliceBytes }),
    throttle: (bytesPerSecond) => void (weather = { ...weather, bytesPerSecond }),
    refuse: (refuse) => void (door = refuse ? "refusing" : "open"),
    portal: (portal) => {
      door = portal ? "portal" : "open";
      tricks = portal === "hostile" ? hostileTricks : [showSignIn];
      turn = 0;
      endStrays();
    },
    inject: (bytes) => {
      for (const { client } of pairs) client.write(bytes);
      return pairs.size;
    },
    retarget: (next) => void (target = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        endAll((socket) => socket.destroy());
        endStrays();
      }),
  };
};
