import { createHash } from "node:crypto";
import { nodeClock } from "../platform/nodeClock.ts";
import { systemDice } from "../platform/systemDice.ts";
import { attach } from "./attach.ts";
import { consoleLogger } from "./consoleLogger.ts";
import { createServerCore } from "./createServerCore.ts";
import { createEndpoints } from "./endpoints.ts";
import type { HashPayload } from "./judge.ts";
import type { ResilientServer, ResilientServerOptions } from "./options.ts";
import { sqliteStore } from "./store/sqliteStore.ts";

const hashPayload: HashPayload = (payload) =>
  createHash("sha256")
    .update(JSON.stringify(payload) ?? "")
    .digest("base64url");

/** The companion server on any transport; `attach` puts it on a Node HTTP server. */
export function createResilientServer(options: ResilientServerOptions): ResilientServer {
  const store = options.store ?? sqliteStore({ path: "./resilient-socket.db" });
  const ports = options.ports ?? { clock: nodeClock, dice: systemDice };
  const { context, ...server } = createServerCore({
    ...options,
    logger: options.logger ?? consoleLogger(ports.clock),
    store,
    ports,
    hashPayload,
  });
  const { limits, metrics, log } = context;
  const detachments: (() => void)[] = [];
  const health = () =>
    context.ready().then(
      () => true,
      () => false,
    );

  const handle = createEndpoints({ metrics, health });

  return {
    ...server,
    handle,
    attach: (httpServer, { path = "/ws", endpoints = true } = {}) => {
      const { accept } = server;
      detachments.push(
        attach({ httpServer, path, handle: endpoints ? handle : undefined, accept, options, limits, log }),
      );
    },
    close: () => {
      for (const detach of detachments) detach();
      return server.close();
    },
  };
}
