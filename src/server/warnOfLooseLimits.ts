import { type Server, maxHeaderSize as defaultHeaderSize } from "node:http";
import type { ServerContext } from "./context.ts";

/** A request whose headers take longer than this is no browser on a slow line. */
const LONGEST_HEADERS_MS = 120_000;
const LARGEST_HEADERS = 64 * 1024;

/** What comes before an upgrade is the HTTP server's to bound; where it does not, nothing of ours has a say yet. */
export function warnOfLooseLimits(
  httpServer: Pick<Server, "headersTimeout" | "requestTimeout">,
  log: ServerContext["log"],
): void {
  const { headersTimeout, requestTimeout } = httpServer;
  const { maxHeaderSize = defaultHeaderSize } = httpServer as { readonly maxHeaderSize?: number };
  // 0 switches a timeout off; the whole request bounds its headers too.
  const [shortest = Infinity] = [headersTimeout, requestTimeout].filter((ms) => ms > 0).sort((a, b) => a - b);
  if (shortest <= LONGEST_HEADERS_MS && maxHeaderSize <= LARGEST_HEADERS) return;
  log("warn", "HTTP_LIMITS_LOOSE", { headersTimeout, requestTimeout, maxHeaderSize });
}
