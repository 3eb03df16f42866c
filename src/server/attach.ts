import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { ServerContext } from "./context.ts";
import { type Handle, serveEndpoints } from "./endpoints.ts";
import type { ResilientServer } from "./ResilientServer.ts";
import { pathOf } from "./pathOf.ts";
import { end } from "./upgrade.ts";
import { warnOfLooseLimits } from "./warnOfLooseLimits.ts";

export interface AttachOptions extends Pick<ServerContext, "log">, Pick<ResilientServer, "handleUpgrade"> {
  readonly httpServer: Server;
  readonly path: string;
  /** Absent: no HTTP request is answered. */
  readonly handle: Handle | undefined;
}

/** Puts the server on `path` of an HTTP server. Answers how to take it off again. */
export function attach({ httpServer, path, handle, handleUpgrade, log }: AttachOptions): () => void {
  warnOfLooseLimits(httpServer, log);
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (pathOf(request) === path) return handleUpgrade(request, socket, head);
    // Without a listener an ECONNRESET here would end the process.
    socket.on("error", () => socket.destroy());
    if (httpServer.listenerCount("upgrade") === 1) end(socket, "404 Not Found");
  };

  const stopServing = handle ? serveEndpoints(httpServer, handle) : () => {};
  httpServer.on("upgrade", onUpgrade);
  return () => {
    httpServer.off("upgrade", onUpgrade);
    stopServing();
  };
}
