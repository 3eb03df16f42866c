/** One server of the bench, a process of its own. Argument: what it runs. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocketServer } from "ws";
import { createResilientServer } from "../src/server/createResilientServer.ts";
import { memoryStore } from "../src/server/store/memoryStore.ts";
import { sqliteStore } from "../src/server/store/sqliteStore.ts";
import type { Kind } from "./startServer.ts";

const kind = process.argv[2] as Kind;
const folder = mkdtempSync(join(tmpdir(), "resilient-socket-bench-"));
const http = createServer();
const stored = new Set<number>();

/** Parses, writes down, answers with the id: the least that an application protocol does. */
const serveBare = (): void => {
  const server = new WebSocketServer({ server: http, path: "/ws" });
  server.on("connection", (socket) => {
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer) => {
      const { id } = JSON.parse(data.toString()) as { id: number };
      stored.add(id);
      socket.send(JSON.stringify({ id }));
    });
  });
};

const serveOurs = (): void => {
  const durability = kind === "sqlite full" ? "full" : "normal";
  const store =
    kind === "memory" ? memoryStore() : sqliteStore({ path: join(folder, "bench.db"), durability });
  createResilientServer({
    store,
    authenticate: () => ({ subject: "bench" }),
    allowMissingOrigin: true,
    limits: { messagesPerSecond: 1_000_000, bytesPerSecond: 1_000_000_000 },
    onMessage: ({ payload }) => {
      stored.add((payload as { id: number }).id);
      return payload;
    },
  }).attach(http);
};

if (kind === "bare") serveBare();
else serveOurs();
http.listen(0, "127.0.0.1", () => process.send?.({ port: (http.address() as AddressInfo).port }));
process.on("message", () => process.send?.({ stored: stored.size }));
process.on("disconnect", () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});
