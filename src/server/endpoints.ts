import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { ServerContext } from "./context.ts";
import { pathOf } from "./pathOf.ts";

export interface EndpointOptions extends Pick<ServerContext, "metrics"> {
  /** Whether the process can work at all: an orchestrator restarts it otherwise. */
  readonly isHealthy: () => Promise<boolean>;
  /** Whether it should be sent clients: a balancer looks elsewhere otherwise. */
  readonly isReady: () => Promise<boolean>;
}

/** Whether the request was ours, and is answered or about to be. */
export type Handle = (request: IncomingMessage, response: ServerResponse) => boolean;

/** GET and HEAD of /metrics, /healthz and /readyz. */
export const createEndpoints =
  ({ metrics, isHealthy, isReady }: EndpointOptions): Handle =>
  (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    switch (pathOf(request)) {
      case "/metrics":
        response
          .writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" })
          .end(metrics.text());
        return true;
      case "/healthz":
        void isHealthy().then((yes) => say(response, yes, yes ? "ok" : "store unavailable"));
        return true;
      case "/readyz":
        void isReady().then((yes) => say(response, yes, yes ? "ready" : "not ready"));
        return true;
      default:
        return false;
    }
  };

function say(response: ServerResponse, yes: boolean, text: string): void {
  // Whoever asked may have been answered, or be gone, by now; a throw here would end the process.
  if (response.headersSent) return;
  response.writeHead(yes ? 200 : 503, { "content-type": "text/plain" }).end(`${text}\n`);
}

const ours = new WeakSet<object>();

/** Answers every request of an HTTP server that has no app; where there is one, before or after us, nothing. */
export function serveEndpoints(httpServer: Server, handle: Handle): () => void {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const listeners = httpServer.listeners("request");
    // Of several servers on one port the first answers.
    if (listeners[0] !== answer || !listeners.every((listener) => ours.has(listener))) return;
    if (!handle(request, response)) response.writeHead(404).end();
  };
  ours.add(answer);
  httpServer.on("request", answer);
  return () => httpServer.off("request", answer);
}
