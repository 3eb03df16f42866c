import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createResilientClient } from "../../src/client/createResilientClient.ts";
import type { Settlement } from "../../src/client/receipt.ts";
import type { ResilientClient } from "../../src/client/ResilientClient.ts";
import { sqliteStore } from "../../src/server/store/sqliteStore.ts";
import { createChaosProxy, type ChaosProxy } from "../../src/testing/node/createChaosProxy.ts";

export type ToServer = "publish" | "stop";

/** What both sides know in the end. */
export interface Outcome {
  /** Numbers the client sent, in order. */
  readonly sent: readonly number[];
  readonly settlements: readonly Settlement["kind"][];
  /** Channel `up` in the server's log. */
  readonly stored: readonly number[];
  /** Channel `down` in the server's log. */
  readonly published: readonly number[];
  /** What the client was given on `down`. */
  readonly seen: readonly number[];
  /** From each fault to `connected` again, in ms. */
  readonly recoveredMs: readonly number[];
}

export interface Chaos {
  readonly proxy: ChaosProxy;
  readonly client: ResilientClient;
}

/** 100 messages a second each way. */
const everyMs = 10;
const script = fileURLToPath(new URL("./serverProcess.ts", import.meta.url));

const startServer = async (
  path: string,
): Promise<{ readonly child: ChildProcess; readonly port: number }> => {
  const child = fork(script, [path, String(everyMs)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return { child, port };
};

const kill = async (child: ChildProcess): Promise<void> => {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
};

const until = async (what: string, condition: () => boolean, withinMs: number): Promise<number> => {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(5);
  }
  return performance.now() - start;
};

const readLog = async (path: string, channel: string): Promise<readonly number[]> => {
  const store = sqliteStore({ path });
  await store.open();
  const { events } = await store.read(channel, 1, 1_000_000);
  await store.close();
  return events.map(({ d }) => (JSON.parse(d) as { n: number }).n);
};

/** Traffic both ways through the proxy while `fault` strikes `cuts` times and the server dies once, with kill -9, in the middle. */
export const runTraffic = async (cuts: number, fault: (chaos: Chaos) => Promise<void>): Promise<Outcome> => {
  const folder = await mkdtemp(join(tmpdir(), "resilient-socket-chaos-"));
  const path = join(folder, "log.db");
  let server = await startServer(path);
  const proxy = await createChaosProxy({ target: { port: server.port } });
  const client = createResilientClient({ url: `ws://127.0.0.1:${proxy.port}/ws` });
  const connected = (): boolean => client.state.get().name === "connected";
  const sent: number[] = [];
  const seen: number[] = [];
  const settlements: Settlement["kind"][] = [];
  const recoveredMs: number[] = [];

  /** Strikes, then waits for the break to show and to be over. */
  const strike = async (blow: () => Promise<void>): Promise<void> => {
    let broke = false;
    const deaf = client.state.subscribe(() => (broke ||= !connected()));
    await blow();
    const start = performance.now();
    await until("the break shows", () => broke, 30_000);
    await until("connected again", connected, 60_000);
    deaf();
    recoveredMs.push(performance.now() - start);
  };

  try {
    client.on("settled", ({ settlement }) => settlements.push(settlement.kind));
    client.subscribe("down", ({ data }) => seen.push((data as { n: number }).n));
    client.connect();
    await until("connected at first", connected, 10_000);
    server.child.send("publish" satisfies ToServer);
    const sending = setInterval(() => {
      sent.push(sent.length + 1);
      client.send({ n: sent.length }, { channel: "up" });
    }, everyMs);
    for (let cut = 0; cut < cuts; cut++) {
      await sleep(200 + 200 * Math.random());
      if (cut === Math.floor(cuts / 2))
        await strike(async () => {
          await kill(server.child);
          server = await startServer(path);
          proxy.retarget({ port: server.port });
          server.child.send("publish" satisfies ToServer);
        });
      await strike(() => fault({ proxy, client }));
    }
    clearInterval(sending);
    server.child.send("stop" satisfies ToServer);
    await until("every message settled", () => settlements.length === sent.length, 60_000);
    // The last events may still be behind the delay of the proxy.
    for (let before = -1; before !== seen.length; await sleep(1_000)) before = seen.length;
    await client.dispose();
    await kill(server.child);
    const [stored, published] = [await readLog(path, "up"), await readLog(path, "down")];
    return { sent, settlements, stored, published, seen, recoveredMs };
  } finally {
    server.child.kill("SIGKILL");
    await client.dispose();
    await proxy.close();
    await rm(folder, { recursive: true, force: true });
  }
};
