/**
 * A process in which nobody can plant anything: every intrinsic prototype is frozen and code from strings is off. A server with SQLite and a
 * client of it run here; it prints what came back.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket } from "ws";
import { createResilientServer } from "../../src/server/createResilientServer.ts";
import { sqliteStore } from "../../src/server/store/sqliteStore.ts";

for (const intrinsic of [
  Object,
  Array,
  Function,
  String,
  Number,
  Boolean,
  Map,
  Set,
  Promise,
  Error,
  RegExp,
  Date,
])
  Object.freeze(intrinsic.prototype);
Object.freeze(JSON);

const server = createResilientServer({
  store: sqliteStore({ path: ":memory:" }),
  authenticate: (token) => ({ subject: token ?? "ann" }),
  authorize: ({ channel }) => channel !== "secret",
  onMessage: ({ payload }, context) => (payload === "no" ? context.reject("NO") : payload),
  allowMissingOrigin: true,
});
const http = createServer();
server.attach(http);
http.listen(0, "127.0.0.1");
await once(http, "listening");

const ws = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/ws`, "resilient.v1");
let seen = "";
ws.on("message", (data: Buffer) => (seen += data.toString()));
await once(ws, "open");
ws.send(
  `[{"t":"auth","token":"bob","group":"g","term":1},
    {"t":"resume","channels":[{"c":"room","since":"now"},{"c":"secret","since":"now"}],"producers":[]},
    {"t":"pub","c":"room","p":"p","n":1,"acked":0,"m":[{"id":"a","d":{"__proto__":{"x":1}}},{"id":"b","d":"no"},{"id":"toString","d":{"toString":1}}]}]`,
);
while (!seen.includes('"t":"data"')) await once(ws, "message");
await server.publish("room", { hasOwnProperty: "own" }, { idempotencyKey: "constructor" });
while (!seen.includes("own")) await once(ws, "message");
await server.publish("", 1).catch((error: unknown) => (seen += String(error)));
seen += server.metrics();
const closed = once(ws, "close");
await server.drain({ overMs: 1 });
await closed;
await server.close();
http.close();
console.log(seen);
