/** One tab under test. It does what the test evaluates in it, and records what happens to it. */
import { createResilientClient } from "../../../src/client/createResilientClient.ts";
import { indexedDB } from "../../../src/client/indexedDB.ts";
import type { ResilientClient } from "../../../src/client/ResilientClient.ts";
import type { PageOptions, Say } from "./records.ts";

declare global {
  /** Given to a page by the DevTools protocol. */
  var record: ((text: string) => void) | undefined;
  var tab: { readonly client: ResilientClient; readonly send: (count: number) => void };
}

const options = JSON.parse(decodeURIComponent(location.hash.slice(1))) as PageOptions;
const boot = Math.random().toString(36).slice(2, 8);

/** A worker and a frame have it said by their page. */
const deliver = (text: string): void => {
  if (!("document" in globalThis)) postMessage(text);
  else if (parent === globalThis.window) globalThis.record?.(text);
  else parent.postMessage(text, "*");
};
const said: string[] = [];
const say: Say = (what) => {
  const text = JSON.stringify({ ...what, tab: options.tab, boot, index: said.length });
  said.push(text);
  deliver(text);
};

/** Counts on over every boot of the tab; where there is no storage, from this boot on. */
let sent = 0;
const storage = (): Storage | undefined => {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
};
const nextNumber = (): number => {
  sent = Number(storage()?.getItem("sent") ?? sent) + 1;
  storage()?.setItem("sent", String(sent));
  return sent;
};

globalThis.addEventListener("error", ({ message }) => say({ kind: "trouble", text: message }));
globalThis.addEventListener("unhandledrejection", ({ reason }) =>
  say({ kind: "trouble", text: String(reason) }),
);
let leftAt = 0;
globalThis.addEventListener("pagehide", ({ persisted }) => {
  leftAt = said.length;
  say({ kind: "page", event: "pagehide", persisted });
});
globalThis.addEventListener("pageshow", ({ persisted }) => {
  // Nobody listens to a page that goes into the cache: it says again what it said from there on.
  if (persisted) said.slice(leftAt).forEach(deliver);
  say({ kind: "page", event: "pageshow", persisted });
});
if ("document" in globalThis)
  for (const event of ["freeze", "resume", "visibilitychange"])
    document.addEventListener(event, () => say({ kind: "page", event, persisted: false }));

const { host, protocol } = location;
const client = createResilientClient({
  url: options.url ?? `${protocol.replace("http", "ws")}//${host}/ws`,
  name: "tabs",
  identity: options.identity ?? options.user,
  outbox: { storage: options.storage && indexedDB() },
  auth: () => ({ token: options.user }),
  ...options.client,
});

say({ kind: "booted" });
const tellRole = (): void => say({ kind: "role", ...client.tabs.get() });
client.tabs.subscribe(tellRole);
tellRole();
client.state.subscribe(() => {
  const state = client.state.get();
  say({ kind: "state", name: state.name, attempt: "attempt" in state ? state.attempt : 0 });
});
client.on("error", ({ code }) => say({ kind: "trouble", text: code }));
client.on("anomaly", ({ kind }) => say({ kind: "trouble", text: kind }));
client.on("continuity", ({ channel, result }) => say({ kind: "continuity", channel, result }));
for (const channel of options.hears ?? [])
  client.subscribe(channel, ({ seq }) => say({ kind: "heard", channel, seq }), { since: { last: 0 } });
client.connect();

globalThis.tab = {
  client,
  send: (count) => {
    for (let i = 0; i < count; i++) {
      const n = nextNumber();
      say({ kind: "sent", n });
      const { settled } = client.send({ tab: options.tab, n }, { channel: "up" });
      void settled.then(({ kind }) => say({ kind: "settled", n, how: kind }));
    }
  },
};
globalThis.tab.send(options.sends ?? 0);
