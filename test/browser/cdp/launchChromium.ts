import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { findChromium } from "../../../scripts/chromium.ts";
import { createDevTools, type DevTools } from "./devTools.ts";
import { openTab, type Tab, type TabOptions } from "./tab.ts";

/** A Chromium as users have it. */
export interface Chromium {
  readonly devTools: DevTools;
  readonly openTab: (url: string, options?: TabOptions) => Promise<Tab>;
  /** As a user quits it. */
  readonly close: () => Promise<void>;
  /** Every process of it at once, with SIGKILL. */
  readonly kill: () => Promise<void>;
}

/**
 * What hinders a test without changing how pages live. Not here, although the launchers of test libraries pass them: whatever turns off
 * the back/forward cache, timer throttling of hidden pages, occlusion or freezing.
 */
const flags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-pipe",
];

/** In a folder for its profile, which a second browser may go on with. */
export const launchChromium = async (profile: string, more: readonly string[] = []): Promise<Chromium> => {
  const path = findChromium();
  if (!path) throw new Error("no Chromium found; set CHROMIUM to its path");
  // A process group of its own, so that all its processes end by one id.
  const child = spawn(path, [...flags, ...more, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    detached: true,
  });
  const gone = once(child, "exit");
  const devTools = createDevTools(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const kill = async (): Promise<void> => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
    await gone;
  };
  await devTools.command("Browser.getVersion");
  return {
    devTools,
    openTab: (url, options) => openTab(devTools, url, options),
    close: async () => {
      devTools.command("Browser.close").catch(() => undefined);
      await gone;
      await kill();
    },
    kill,
  };
};

/** A folder for a profile, and its removal. */
export const createProfile = async (): Promise<{
  readonly path: string;
  readonly remove: () => Promise<void>;
}> => {
  const path = await mkdtemp(join(tmpdir(), "resilient-socket-chromium-"));
  // A process that was killed may still be writing.
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }) };
};
