import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { bundlePage } from "./bundlePage.ts";

export interface StrictSite {
  /** To attach a server of ours to. */
  readonly http: Server;
  readonly port: number;
  readonly close: () => void;
}

const markup = `<!doctype html><html lang="en"><title>Test</title><link rel="icon" href="/icon"><div id="root"></div><script type="module" src="/page.js"></script></html>`;

/** A page of ours under a Content-Security-Policy, on a free port. */
export const createStrictSite = async (page: URL, policy: string): Promise<StrictSite> => {
  const files = await bundlePage(page);
  const http = createServer((request, response) => {
    const script = files.get((request.url ?? "").slice(1));
    response.setHeader("content-security-policy", policy);
    response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript");
    response.end(script ?? markup);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return { http, port: (http.address() as AddressInfo).port, close: () => void http.close() };
};
