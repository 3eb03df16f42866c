/** The backend as its own process, so that a crash is a crash: kill -9, nothing said goodbye. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createResilientServer } from "../../src/entry/server.ts";
import { sqliteStore } from "../../src/entry/server-sqlite.ts";
import { ledgerChannel, longestLine, type ChatLine } from "../harbour.ts";
import type { BackendSettings, FeedItem, Notice, Order } from "../lab/links.ts";
import { createBareServer } from "./bareServer.ts";
import { runHarbour } from "./runHarbour.ts";

const settings = JSON.parse(process.env["DEMO_BACKEND"] ?? "") as BackendSettings;
const tell = (notice: Notice): void => void process.send?.(notice);

const server = createResilientServer({
  store: sqliteStore({ path: settings.database }),
  authenticate: () => ({ subject: "visitor" }),
  onMessage: ({ channel, payload }, { reject }) => {
    if (channel.startsWith("room:") && (payload as ChatLine).text.length > longestLine) reject("TOO_LONG");
    return payload;
  },
  origins: settings.origins,
  heartbeat: { intervalMs: 1_000, timeoutMs: 1_000 },
});

const http = createServer();
server.attach(http);
http.listen(0, "127.0.0.1");
await once(http, "listening");

const bare = await createBareServer(settings.bareDatabase, settings.origins);
const harbour = runHarbour(server);

const publish = async (item: FeedItem): Promise<void> => {
  const { visit, from, n } = item;
  await server.publish(ledgerChannel(visit), { from, n }, { idempotencyKey: `feed:${n}` });
  bare.publish(visit, { from, n });
  tell({ kind: "published", item });
};

const retire = async (overMs: number): Promise<void> => {
  await server.drain({ overMs });
  harbour.setVisitors(0);
  await server.close();
  process.exit();
};

process.on("message", (order: Order) => {
  switch (order.kind) {
    case "publish":
      // What fails is not reported as published; the feed asks again.
      return void publish(order.item).catch(console.error);
    case "visitors":
      return harbour.setVisitors(order.count);
    case "retire":
      return void retire(order.overMs).catch(console.error);
  }
});
process.on("disconnect", () => process.exit());
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);

tell({ kind: "listening", resilient: (http.address() as AddressInfo).port, bare: bare.port });
