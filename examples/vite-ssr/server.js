import { createReadStream, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { createResilientServer } from "resilient-socket/server";
import { sqliteStore } from "resilient-socket/server/sqlite";
import { render } from "./dist/server/entry-server.js";

const port = Number(process.env.PORT ?? 3000);
const types = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const template = readFileSync("dist/client/index.html", "utf8");

// Pages and sockets share a port: the page's own origin is the one that may connect.
const server = createResilientServer({
  store: sqliteStore({ path: "./data.db" }),
  authenticate: (token) => (token === "secret" ? { subject: "ada" } : null),
  authorize: ({ channel }) => channel.startsWith("room:"),
});

const http = createServer(async (request, response) => {
  // `/healthz`, `/readyz`, `/metrics`
  if (server.handle(request, response)) return;
  const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
  const type = types[extname(path)];
  const file = join("dist/client", path);
  if (type && (await stat(file).catch(() => undefined))) {
    response.writeHead(200, { "content-type": type });
    createReadStream(file).pipe(response);
  } else {
    response.writeHead(200, { "content-type": "text/html" });
    response.end(template.replace("<!--app-->", render()));
  }
});
server.attach(http, { path: "/ws" });
http.listen(port, () => console.log(`http://localhost:${port}`));

await server.publish("room:42", "the server speaks too");
