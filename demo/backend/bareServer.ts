import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { type WebSocket, WebSocketServer } from "ws";
import type { Numbered } from "../tally.ts";

export interface BareServer {
  readonly port: number;
  readonly publish: (visit: string, message: Numbered) => void;
}

/** The control: JSON in, a row, JSON out to whoever is connected. What most apps start with. */
export const createBareServer = async (database: string, origins: readonly string[]): Promise<BareServer> => {
  const db = new DatabaseSync(database);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  db.exec("CREATE TABLE IF NOT EXISTS heard (id INTEGER PRIMARY KEY, visit TEXT, speaker TEXT, n INTEGER)");
  db.exec("CREATE INDEX IF NOT EXISTS by_number ON heard (visit, speaker, n)");
  const add = db.prepare("INSERT INTO heard (visit, speaker, n) VALUES (?, ?, ?)");
  const find = db.prepare("SELECT 1 FROM heard WHERE visit = ? AND speaker = ? AND n = ?");

  const rooms = new Map<string, Set<WebSocket>>();
  const tellRoom = (visit: string, message: Numbered): void => {
    for (const socket of rooms.get(visit) ?? []) socket.send(JSON.stringify(message));
  };

  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    maxPayload: 4_096,
    verifyClient: ({ origin }: { origin: string }) => origins.includes(origin),
  });
  server.on("connection", (socket, request) => {
    const visit = new URL(request.url ?? "/", "ws://bare").searchParams.get("visit") ?? "";
    const room = rooms.get(visit) ?? new Set();
    rooms.set(visit, room.add(socket));
    socket.on("error", () => undefined);
    socket.on("close", () => room.delete(socket) && room.size === 0 && rooms.delete(visit));
    socket.on("message", (data: Buffer) => {
      const { n } = JSON.parse(data.toString()) as Numbered;
      add.run(visit, "page", n);
      tellRoom(visit, { from: "page", n });
    });
  });
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    publish: (visit, message) => {
      // The feed asks again after a crash.
      if (find.get(visit, message.from, message.n)) return;
      add.run(visit, message.from, message.n);
      tellRoom(visit, message);
    },
  };
};
