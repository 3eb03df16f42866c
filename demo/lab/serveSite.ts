import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { type FaultId, isFaultId } from "../faults.ts";
import type { LabEvents, Setup } from "../setup.ts";
import type { Asset } from "./buildPage.ts";

export interface SiteParts {
  readonly assets: ReadonlyMap<string, Asset>;
  readonly setup: Setup;
  /** False: another fault is under way. */
  readonly perform: (fault: FaultId) => Promise<boolean>;
  readonly setTraffic: (visit: string, on: boolean) => void;
  /** Tells a page what happens until it leaves. */
  readonly watch: (visit: string, tell: LabEvents) => () => void;
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' ws://127.0.0.1:*",
  "base-uri 'none'",
  "form-action 'none'",
  // The three tabs of the stage.
  "frame-src 'self'",
  "frame-ancestors 'self'",
].join("; ");

const answer = (
  response: ServerResponse,
  status: number,
  type = "text/plain",
  body?: Asset["body"],
): void => {
  response.writeHead(status, {
    "content-type": type,
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  });
  response.end(body);
};

/** The page, its figures, and the switches. None of it passes through the faulty network. */
export const serveSite = (server: Server, { assets, setup, perform, setTraffic, watch }: SiteParts): void => {
  const stream = (visit: string, response: ServerResponse): void => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const tell =
      <K extends keyof LabEvents>(event: K) =>
      (data: Parameters<LabEvents[K]>[0]): void =>
        void response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    response.once("close", watch(visit, { figures: tell("figures"), fault: tell("fault") }));
  };

  const control = async (url: URL, response: ServerResponse): Promise<void> => {
    const what = url.pathname.replace("/control/", "");
    if (isFaultId(what)) return answer(response, (await perform(what)) ? 204 : 409);
    if (what !== "traffic") return answer(response, 404);
    setTraffic(url.searchParams.get("visit") ?? "", url.searchParams.get("on") === "yes");
    answer(response, 204);
  };

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { host = "", origin } = request.headers;
    const url = new URL(request.url ?? "/", "http://localhost");
    // Another site must not press the buttons, nor rebind a name to this machine.
    if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host)) return answer(response, 421);
    if (request.method === "POST")
      return origin === `http://${host}` ? control(url, response) : answer(response, 403);
    if (request.method !== "GET") return answer(response, 405);
    if (url.pathname === "/setup.json")
      return answer(response, 200, "application/json", JSON.stringify(setup));
    if (url.pathname === "/events") return stream(url.searchParams.get("visit") ?? "", response);
    const asset = assets.get(url.pathname === "/" ? "/index.html" : url.pathname);
    if (asset) answer(response, 200, asset.type, asset.body);
    else answer(response, 404);
  };

  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    route(request, response).catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent) answer(response, 500);
    });
  });
};
