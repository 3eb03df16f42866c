/** The server under chaos, a process of its own: SQLite on a file, a publisher on `down`. The test kills it with -9. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createResilientServer } from "../../src/server/createResilientServer.ts";
import { sqliteStore } from "../../src/server/store/sqliteStore.ts";
import type { ToServer } from "./traffic.ts";

const [path, everyMs] = process.argv.slice(2) as [string, string];
const store = sqliteStore({ path });
const server = createResilientServer({
  store,
  authenticate: () => ({ subject: "chaos" }),
  allowMissingOrigin: true,
  heartbeat: { intervalMs: 1_000, timeoutMs: 1_000 },
  limits: { messagesPerSecond: 100_000 },
});
const http = createServer();
server.attach(http);
http.listen(0, "127.0.0.1", () => process.send?.({ port: (http.address() as AddressInfo).port }));

let timer: NodeJS.Timeout | undefined;
let count = 0;

/** Goes on where the log ends: what a killed process had not committed was never published. */
const publish = async (): Promise<void> => {
  count = (await store.head("down")).seq;
  timer = setInterval(() => void server.publish("down", { n: ++count }), Number(everyMs));
};

process.on("message", (message: ToServer) => {
  if (message === "publish") void publish();
  else clearInterval(timer);
});
process.on("disconnect", () => process.exit());
