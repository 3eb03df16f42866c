import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { pump, type Weather } from "./pump.ts";

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
  /** While true, new connections meet a captive portal: HTTP 200 and a page. */
  readonly portal: (portal: boolean) => void;
  /** Where connections go from now on. */
  readonly retarget: (target: ChaosProxyOptions["target"]) => void;
  /** Ends everything. */
  readonly close: () => Promise<void>;
}

const portalPage = "<!doctype html><title>Welcome to our Wi-Fi</title><p>Please sign in.";
const portalAnswer = `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${portalPage.length}\r\nconnection: close\r\n\r\n${portalPage}`;
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

export const createChaosProxy = async (options: ChaosProxyOptions): Promise<ChaosProxy> => {
  const log: { -readonly [K in keyof ProxiedConnection]: ProxiedConnection[K] }[] = [];
  const pairs = new Set<Pair>();
  const strays = new Set<Socket>();
  const holes = { up: 0, down: 0 };
  let target = options.target;
  let weather = { delayMs: 0, sliceBytes: null as number | null, bytesPerSecond: null as number | null };
  let door: "open" | "refusing" | "portal" = "open";

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
    client.once("data", () => client.end(portalAnswer));
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
    portal: (portal) => void (door = portal ? "portal" : "open"),
    retarget: (next) => void (target = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        endAll((socket) => socket.destroy());
        for (const stray of strays) stray.destroy();
      }),
  };
};
