import { version } from "../providers/version.ts";
import { createPageClient, isServer } from "../providers/createPageClient.ts";
import type { ResilientClient } from "../src/client/ResilientClient.ts";

interface Entry {
  readonly client: ResilientClient;
  /**
   * Undefined before the first came, 0 after the last left. Then it stays until another URL is asked for, so that coming
   * back finds the same client and its queue.
   */
  users?: number | undefined;
}

/** One per page and version: two bundles, or a module replaced by HMR, still share a socket. */
const key = Symbol.for(`resilient-socket.clients@${version}`);

const registry = (): Map<string, Entry> =>
  ((globalThis as { [key]?: Map<string, Entry> })[key] ??= new Map<string, Entry>());

const counted = (client: ResilientClient): Entry => {
  const entry: Entry = {
    client: {
      ...client,
      retain: (when) => {
        entry.users = (entry.users ?? 0) + 1;
        const release = client.retain(when);
        return () => {
          entry.users!--;
          release();
        };
      },
    },
  };
  return entry;
};

const isAbandoned = ({ users, client }: Entry): boolean =>
  users === 0 && client.outbox.state.get().depth === 0;

/** The client of a URL: the same for all who ask. On a server each render has its own. */
export const urlClient = (url: string): ResilientClient => {
  if (isServer()) return createPageClient({ url });
  const entries = registry();
  let entry = entries.get(url);
  if (!entry) {
    for (const [other, candidate] of entries) if (isAbandoned(candidate)) entries.delete(other);
    entries.set(url, (entry = counted(createPageClient({ url }))));
  }
  entry.users ||= undefined;
  return entry.client;
};

let idle: ResilientClient | undefined;

/** What `useResilientWS(null)` speaks to: never connects, settles every message at once. */
export const idleClient = (): ResilientClient => {
  if (idle) return idle;
  const client = createPageClient({ url: "wss://idle.invalid" });
  // Disposing is a transition, which reads the wall clock: frameworks that prerender forbid that.
  if (isServer()) return client;
  void client.dispose();
  return (idle = { ...client, state: { ...client.state, get: client.state.getServer } });
};
