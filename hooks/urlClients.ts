import { version } from "../providers/version.ts";
import { createResilientClient } from "../src/client/createResilientClient.ts";
import type { ResilientClient } from "../src/client/ResilientClient.ts";

interface Entry {
  readonly client: ResilientClient;
  users: number;
  /** Its last user left. It stays until another URL is asked for, so that coming back finds the same client and its queue. */
  idle: boolean;
}

/** One per page and version: two bundles, or a module replaced by HMR, still share a socket. */
const key = Symbol.for(`resilient-socket.clients@${version}`);

const registry = (): Map<string, Entry> =>
  ((globalThis as { [key]?: Map<string, Entry> })[key] ??= new Map<string, Entry>());

const counted = (client: ResilientClient): Entry => {
  const entry: Entry = {
    client: {
      ...client,
      retain: () => {
        entry.users += 1;
        entry.idle = false;
        const release = client.retain();
        return () => {
          entry.users -= 1;
          entry.idle = entry.users === 0;
          release();
        };
      },
    },
    users: 0,
    idle: false,
  };
  return entry;
};

const isAbandoned = ({ idle, client }: Entry): boolean => idle && client.outbox.state.get().depth === 0;

const isServer = (): boolean => typeof window === "undefined";

/** The client of a URL: the same for all who ask. On a server each render has its own. */
export const urlClient = (url: string): ResilientClient => {
  if (isServer()) return createResilientClient({ url });
  const entries = registry();
  let entry = entries.get(url);
  if (!entry) {
    for (const [other, candidate] of entries) if (isAbandoned(candidate)) entries.delete(other);
    entries.set(url, (entry = counted(createResilientClient({ url }))));
  }
  entry.idle = false;
  return entry.client;
};

let idle: ResilientClient | undefined;

/** What `useResilientWS(null)` speaks to: never connects, settles every message at once. */
export const idleClient = (): ResilientClient => {
  if (idle) return idle;
  const client = createResilientClient({ url: "wss://idle.invalid" });
  // Disposing is a transition, which reads the wall clock: frameworks that prerender forbid that.
  if (isServer()) return client;
  void client.dispose();
  return (idle = { ...client, state: { ...client.state, get: client.state.getServer } });
};
