import { createServer } from "node:http";
import { createResilientServer, memoryStore, type ResilientServer } from "resilient-socket/server";
import { sqliteStore } from "resilient-socket/server/sqlite";
import { createWorld } from "resilient-socket/testing";
import { createChaosProxy } from "resilient-socket/testing/node";
import { expectType } from "./expectType.js";

const server = createResilientServer({
  store: sqliteStore({ path: "./data.db" }),
  authenticate: async (token, request) =>
    token === null ? null : { subject: request.remoteAddress, expiresAt: undefined },
  authorize: ({ subject, action, channel }) => {
    expectType<"read" | "write">()(action);
    return channel.startsWith(subject);
  },
  onMessage: async (message, context) => {
    if (message.payload === null) context.reject("EMPTY");
    return message.payload;
  },
  origins: ["https://app.example.test"],
  limits: {},
});
expectType<ResilientServer>()(server);
server.attach(createServer(), { path: "/ws" });
expectType<Promise<void>>()(server.close());
void server
  .publish("room:42", { text: "hi" }, { idempotencyKey: "k" })
  .then(({ epoch, seq, tail }) => [epoch, seq, tail]);

createResilientServer({ store: memoryStore(), authenticate: () => ({ subject: "ada" }) });
// @ts-expect-error who may come in is never a default
createResilientServer({ store: memoryStore() });

// Both come without the browser's client and without the server's socket library in their types.
export const tools = { createWorld, createChaosProxy };
