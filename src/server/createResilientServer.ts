import { createHash } from "node:crypto";
import { nodeClock } from "../platform/nodeClock.ts";
import { systemDice } from "../platform/systemDice.ts";
import { attach } from "./attach.ts";
import { createClientAddress } from "./clientAddress.ts";
import { consoleLogger } from "./consoleLogger.ts";
import { createServerCore } from "./createServerCore.ts";
import { createEndpoints } from "./endpoints.ts";
import type { HashPayload } from "./judge.ts";
import type { ResilientServerOptions } from "./options.ts";
import type { ResilientServer } from "./ResilientServer.ts";
import { sqliteStore } from "./store/sqliteStore.ts";
import { createUpgrader } from "./upgrade.ts";

const hashPayload: HashPayload = (payload) =>
  createHash("sha256")
    .update(JSON.stringify(payload) ?? "")
    .digest("base64url");

/** The companion server on any transport; `attach` puts it on a Node HTTP server. */
export function createResilientServer(options: ResilientServerOptions): ResilientServer {
  const store = options.store ?? sqliteStore({ path: "./resilient-socket.db" });
  const ports = options.ports ?? { clock: nodeClock, dice: systemDice };
  const { context, isReady, closedForMs, ...server } = createServerCore({
    ...options,
    logger: options.logger ?? consoleLogger(ports.clock),
    store,
    ports,
    hashPayload,
  });
  const { limits, metrics, log } = context;
  const { accept } = server;
  const detachments: (() => void)[] = [];
  const isHealthy = () =>
    context.ready().then(
      () => true,
      () => false,
    );
  const handle = createEndpoints({ metrics, isHealthy, isReady });
  const addressOf = createClientAddress(options.trustProxy);
  // Not before it is needed: other transports do without `ws`.
  const upgrader = lazily(() =>
    createUpgrader({ accept, closedForMs, addressOf, options, limits, metrics, log }),
  );

  return {
    ...server,
    handle,
    handleUpgrade: (request, socket, head) => upgrader()(request, socket, head),
    attach: (httpServer, { path = "/ws", endpoints = true } = {}) => {
      detachments.push(
        attach({ httpServer, path, handle: endpoints ? handle : undefined, handleUpgrade: upgrader(), log }),
      );
    },
    close: () => {
      for (const detach of detachments) detach();
      return server.close();
    },
  };
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
