import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { Json } from "../../../src/protocol/frames.ts";
import { SUBPROTOCOL } from "../../../src/protocol/version.ts";
import { createResilientServer } from "../../../src/server/createResilientServer.ts";
import { serverSocketOf } from "../../../src/server/serverSocketOf.ts";
import type { LogStore } from "../../../src/server/store/LogStore.ts";
import { bundlePage } from "../bundlePage.ts";
import { createGate, type Gate } from "./createGate.ts";
import { nowMs } from "./nowMs.ts";
import type { ConnectionRecord, Numbered, ServerRecord, StoredRecord } from "./records.ts";
import { homes } from "./homes.ts";
import { watchSocket } from "./watchSocket.ts";

export interface TestServerOptions {
  readonly store: LogStore;
  /** Default true. */
  readonly fence?: boolean;
}

/** Our server with what a test wants to know of it, and the test page on the same port. */
export interface TestServer {
  readonly port: number;
  /** In the order in which it happened: whom the server took for a group's connection, and what it appended. */
  readonly records: readonly ServerRecord[];
  /** WebSockets that were ever opened. */
  readonly sockets: () => number;
  /** Before the log: shut, messages are taken and not decided. */
  readonly gate: Gate;
  readonly publish: (channel: string, payload: Json) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

type Note = (record: ConnectionRecord | StoredRecord) => void;

/** Notes each event once the store has it. */
const noting = (store: LogStore, note: Note): LogStore => ({
  ...store,
  append: async (batches) => {
    const results = await store.append(batches);
    for (const { channel, seq, d } of results.flatMap(({ events }) => events))
      note({ kind: "stored", channel, seq, ...(JSON.parse(d) as Numbered) });
    return results;
  },
});

const types: Readonly<Record<string, string>> = { js: "text/javascript", html: "text/html" };

const serve =
  (files: ReadonlyMap<string, string>) => (request: IncomingMessage, response: ServerResponse) => {
    const name = (request.url ?? "").slice(1).split("?")[0] ?? "";
    const file = files.get(name);
    response.writeHead(file === undefined ? 404 : 200, {
      "content-type": types[name.split(".")[1] ?? ""] ?? "text/plain",
      // A frame with an opaque origin asks for its script as a stranger.
      "access-control-allow-origin": "*",
    });
    response.end(file);
  };

export const createTestServer = async ({ store, fence = true }: TestServerOptions): Promise<TestServer> => {
  const records: ServerRecord[] = [];
  const note: Note = (record) => records.push({ ...record, at: nowMs() });
  const gate = createGate();
  const server = createResilientServer({
    store: noting(store, note),
    authenticate: (token) => (token ? { subject: token } : null),
    onMessage: async ({ payload }) => {
      await gate.passed();
      return payload;
    },
    limits: { messagesPerSecond: 100_000 },
  });
  const http = createServer(
    serve(new Map([...homes, ...(await bundlePage(new URL("./page.ts", import.meta.url)))])),
  );
  const upgrader = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  let sockets = 0;
  http.on("upgrade", (request, socket, head) => {
    upgrader.handleUpgrade(request, socket, head, (ws) => {
      const { url = "", headers } = request;
      const watch = { connection: ++sockets, fence, tell: note };
      const events = watchSocket(serverSocketOf(ws), watch, (watched) =>
        server.accept(watched, { url, headers, remoteAddress: request.socket.remoteAddress ?? "" }),
      );
      ws.on("message", (data: Buffer) => events.received(data.toString("utf8")));
      ws.on("close", events.closed);
    });
  });
  http.listen(0);
  await once(http, "listening");
  return {
    port: (http.address() as AddressInfo).port,
    records,
    sockets: () => sockets,
    gate,
    publish: server.publish,
    close: async () => {
      gate.open();
      await server.close();
      http.close();
      http.closeAllConnections();
    },
  };
};
