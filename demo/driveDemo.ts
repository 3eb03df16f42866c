/** The demo as others drive it: the browser test and the screenshots. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright";
import { findChromium } from "../scripts/chromium.ts";

export interface RunningDemo {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const entry = fileURLToPath(new URL("./server.ts", import.meta.url));

/** On a free port; resolves when it listens. */
export const startDemo = async (): Promise<RunningDemo> => {
  const server = spawn(process.execPath, [entry], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill("SIGTERM");
    await once(server, "exit");
  };
  for await (const line of createInterface(server.stdout)) {
    const url = /http:\S+/.exec(line)?.[0];
    if (url) return { url, stop };
  }
  throw new Error("the demo ended before it listened");
};

/** A Chromium that talks to nobody but the page. */
export const openChromium = (): Promise<Browser> => {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("no Chromium found; set CHROMIUM to its path");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
};
