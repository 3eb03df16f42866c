import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const kinds = ["bare", "memory", "sqlite normal", "sqlite full"] as const;
export type Kind = (typeof kinds)[number];

export interface BenchServer {
  readonly port: number;
  /** Different messages it has received so far. */
  readonly stored: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

export const startServer = async (kind: Kind): Promise<BenchServer> => {
  const child = fork(fileURLToPath(new URL("./serverProcess.ts", import.meta.url)), [kind]);
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return {
    port,
    stored: async () => {
      const answer = once(child, "message") as Promise<[{ stored: number }]>;
      child.send("stored");
      return (await answer)[0].stored;
    },
    stop: async () => {
      const gone = once(child, "exit");
      child.disconnect();
      await gone;
    },
  };
};
