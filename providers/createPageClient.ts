import { createResilientClient } from "../src/client/createResilientClient.ts";
import { refusedReceipt } from "../src/client/createReceipt.ts";
import type { ResilientClientOptions } from "../src/client/options.ts";
import type { ResilientClient } from "../src/client/ResilientClient.ts";
import { ResilientSocketError } from "../src/client/surface.ts";

/** A render on a server: no effect will ever run. */
export const isServer = (): boolean => typeof window === "undefined";

/** The client of a page. In a server render nobody would ever transmit what it is given: `send` and `request` say so at once. */
export const createPageClient = (options: ResilientClientOptions): ResilientClient => {
  const client = createResilientClient(options);
  return isServer()
    ? {
        ...client,
        send: (_, { idempotencyKey = "" } = {}) => refusedReceipt(idempotencyKey, "SSR"),
        request: async () => {
          throw new ResilientSocketError("SSR", "a server render sends nothing");
        },
      }
    : client;
};
