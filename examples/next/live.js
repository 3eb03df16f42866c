import { createServer } from "node:http";
import { createResilientServer } from "resilient-socket/server";
import { sqliteStore } from "resilient-socket/server/sqlite";

// A process of its own: `next start` owns its HTTP server, and serverless hosts keep no sockets.
const server = createResilientServer({
  store: sqliteStore({ path: "./data.db" }),
  authenticate: (token) => (token === "secret" ? { subject: "ada" } : null),
  authorize: ({ channel }) => channel.startsWith("room:"),
  origins: ["http://localhost:3000"],
});

const http = createServer();
server.attach(http, { path: "/ws" });
http.listen(8080);

await server.publish("room:42", "the server speaks too");
