import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { BackendSettings, Notice, Order } from "./links.ts";

export type Listening = Extract<Notice, { kind: "listening" }>;

export interface BackendProcess {
  /** Resolves when it listens; ports differ from start to start. */
  readonly start: () => Promise<void>;
  /** kill -9. Resolves when the process is gone. */
  readonly kill: () => Promise<void>;
  /** `drain`, then the process ends by itself. Resolves when it is gone; until then orders reach it. */
  readonly retire: (overMs: number) => Promise<void>;
  /** Without a process the order is dropped. */
  readonly order: (order: Order) => void;
}

export interface BackendEvents {
  readonly listening: (notice: Listening) => void;
  /** It ended and nobody killed it. */
  readonly died: () => void;
  readonly published: (item: Extract<Notice, { kind: "published" }>["item"]) => void;
}

const entry = fileURLToPath(new URL("../backend/main.ts", import.meta.url));

export const createBackendProcess = (settings: BackendSettings, events: BackendEvents): BackendProcess => {
  let child: ChildProcess | null = null;
  let retiring: ChildProcess | null = null;
  const order = (order: Order): void => {
    if (child?.connected) child.send(order, () => undefined);
  };
  return {
    start: () =>
      new Promise((resolve, reject) => {
        const started = fork(entry, {
          env: { ...process.env, DEMO_BACKEND: JSON.stringify(settings) },
          stdio: ["ignore", "inherit", "inherit", "ipc"],
        });
        child = started;
        let listens = false;
        started.once("exit", (code) => {
          if (child === started) {
            child = null;
            if (listens && retiring !== started) events.died();
          }
          reject(new Error(`the backend ended before it listened (exit code ${code})`));
        });
        started.on("message", (notice: Notice) => {
          if (notice.kind === "published") return events.published(notice.item);
          listens = true;
          events.listening(notice);
          resolve();
        });
      }),
    kill: async () => {
      const ending = child;
      child = null;
      if (!ending || ending.exitCode !== null) return;
      const gone = once(ending, "exit");
      ending.kill("SIGKILL");
      await gone;
    },
    retire: async (overMs) => {
      if (!child) return;
      retiring = child;
      const gone = once(child, "exit");
      order({ kind: "retire", overMs });
      await gone;
    },
    order,
  };
};
