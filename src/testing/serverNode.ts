import type { Clock } from "../core/ports.ts";
import { createServerCore, type ServerCore } from "../server/createServerCore.ts";
import type { ResilientServerOptions } from "../server/options.ts";
import type { FanOut, LogStore } from "../server/store/LogStore.ts";
import type { Listener } from "./connection.ts";
import type { DeviceClock } from "./deviceClock.ts";
import { faultyStore, type FaultyStore } from "./faultyStore.ts";
import type { Network } from "./network.ts";
import type { SeededDice } from "./seededDice.ts";
import type { WorldTime } from "./worldTime.ts";

/** The server's options; who signs in is called by the token, or `"anyone"` without one. */
export type WorldServerOptions = Omit<Partial<ResilientServerOptions>, "store" | "ports" | "fanOut">;

/** One process that serves; it may be down. */
export interface ServerNode {
  /** Its way to the store they share. */
  readonly store: FaultyStore;
  readonly running: () => {
    readonly server: ServerCore;
    readonly process: DeviceClock;
    readonly listener: Listener;
  } | null;
  readonly start: (options: WorldServerOptions) => void;
  readonly crash: (options: { readonly loseUncommitted?: boolean }) => void;
}

export const createServerNode = (world: {
  readonly clock: Clock & Pick<WorldTime, "device">;
  readonly network: Pick<Network, "serverLost">;
  readonly dice: SeededDice;
  readonly log: LogStore;
  readonly fanOut: FanOut;
}): ServerNode => {
  const { clock, network, dice, log, fanOut } = world;
  const store = faultyStore(log, clock);
  let starts = 0;
  let running: ReturnType<ServerNode["running"]> = null;
  let deafen = (): void => undefined;

  return {
    store,
    running: () => running,
    start: (options) => {
      if (running) return;
      const process = clock.device();
      const server = createServerCore({
        ...options,
        authenticate: options.authenticate ?? ((token) => ({ subject: token ?? "anyone" })),
        store,
        fanOut: {
          publish: (events) => fanOut.publish(events),
          subscribe: (hear) => (deafen = fanOut.subscribe((events) => process.run(() => hear(events)))),
        },
        // Equal payloads have equal texts: no hash is needed where nothing is kept for long.
        hashPayload: (payload) => JSON.stringify(payload) ?? "",
        ports: { clock: process, dice: dice.fork(`start ${++starts}`) },
      });
      const request = { url: "/ws", headers: {}, remoteAddress: "127.0.0.1" };
      const listener = {
        run: process.run,
        accept: (socket) => server.accept(socket, request),
      } satisfies Listener;
      running = { server, process, listener };
    },
    crash: (how) => {
      if (!running) return;
      const { process, listener } = running;
      running = null;
      deafen();
      process.stop();
      store.crash(how);
      network.serverLost(listener);
    },
  };
};
