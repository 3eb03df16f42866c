import { setTimeout as sleep } from "node:timers/promises";
import { createProfile, launchChromium, type Chromium } from "../cdp/launchChromium.ts";
import type { Tab, TabOptions } from "../cdp/tab.ts";
import type { LogStore } from "../../../src/server/store/LogStore.ts";
import { memoryStore } from "../../../src/server/store/memoryStore.ts";
import { createTestServer, type TestServer, type TestServerOptions } from "./createTestServer.ts";
import { nowMs } from "./nowMs.ts";
import type { PageOptions, PageRecord } from "./records.ts";

export interface StageOptions extends Partial<TestServerOptions> {
  /** More of what Chromium is started with. */
  readonly flags?: readonly string[];
  /** What every page of the stage is opened with. */
  readonly page?: Partial<PageOptions>;
  /** Port that pages come from and connect to, when it is not the server's own: a proxy's. */
  readonly port?: (server: TestServer) => Promise<number>;
  readonly store?: LogStore;
}

export interface OpenOptions extends TabOptions {
  readonly page?: Partial<PageOptions>;
  /** A page of homes.ts, or a URL. Default `page.html`. */
  readonly home?: string;
}

/** A browser with our server behind it. */
export interface Stage {
  readonly server: TestServer;
  readonly chromium: () => Chromium;
  /** What the pages said, in the order in which it arrived. */
  readonly records: readonly PageRecord[];
  readonly address: (name: string, page?: Partial<PageOptions>, home?: string) => string;
  readonly open: (name: string, options?: OpenOptions) => Promise<Tab>;
  /** Of the last boot of a tab: the last record of this kind. */
  readonly last: <K extends PageRecord["kind"]>(
    kind: K,
    name: string,
  ) => Extract<PageRecord, { readonly kind: K }> | undefined;
  /** Ends every process of the browser and starts another one on the same profile. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export const until = async (
  what: string,
  condition: () => boolean | undefined,
  withinMs = 20_000,
): Promise<void> => {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(5);
  }
};

const outboxHas = (tab: Tab, condition: string): Promise<void> =>
  tab.evaluate(`new Promise((done, fail) => {
    const start = performance.now();
    const look = () => {
      const state = tab.client.outbox.state.get();
      const { depth, inFlight } = state;
      if (${condition}) done();
      else if (performance.now() - start > 30_000) fail(new Error("not ${condition}: " + JSON.stringify(state)));
      else setTimeout(look, 5);
    };
    look();
  })`);
/** Everything that a tab sent is on its way. */
export const transmitted = (tab: Tab): Promise<void> => outboxHas(tab, "depth === inFlight");
/** And answered, with what an earlier boot of it had left. */
export const answered = (tab: Tab): Promise<void> => outboxHas(tab, "depth === 0");

export const createStage = async ({ page, port, flags, ...options }: StageOptions = {}): Promise<Stage> => {
  const server = await createTestServer({ store: memoryStore(), ...options });
  const profile = await createProfile();
  let chromium = await launchChromium(profile.path, flags);
  const records: PageRecord[] = [];
  const known = new Set<string>();
  const hear = (text: string): void => {
    // By the clock of this process, as everything else: that of a renderer is some ms off.
    const record = { ...(JSON.parse(text) as PageRecord), at: nowMs() };
    const key = `${record.boot} ${record.index}`;
    if (!known.has(key)) records.push(record);
    known.add(key);
  };
  const origin = `http://127.0.0.1:${(await port?.(server)) ?? server.port}`;

  const address: Stage["address"] = (tab, more, home = "page.html") => {
    const hash = { user: "ann", ...page, ...more, tab } satisfies PageOptions;
    return `${new URL(home, origin).href}#${encodeURIComponent(JSON.stringify(hash))}`;
  };
  return {
    server,
    chromium: () => chromium,
    records,
    address,
    open: (name, { page: more, home, ...tabOptions } = {}) =>
      chromium.openTab(address(name, more, home), {
        window: true,
        record: hear,
        ...tabOptions,
      }),
    last: <K extends PageRecord["kind"]>(kind: K, name: string) => {
      const boot = records.findLast(({ tab }) => tab === name)?.boot;
      return records.findLast(
        (record): record is Extract<PageRecord, { readonly kind: K }> =>
          record.boot === boot && record.kind === kind,
      );
    },
    restart: async () => {
      await chromium.kill();
      chromium = await launchChromium(profile.path, flags);
    },
    close: async () => {
      await chromium.kill();
      await server.close();
      await profile.remove();
    },
  };
};
