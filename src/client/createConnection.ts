/** The machine at work: its effects on the one socket, its timers, and what it hears of the page. */
import { describeError } from "../core/describeError.ts";
import type { Effect, TimerName } from "../core/machine/effects.ts";
import { mergeRows } from "../core/machine/mergeRows.ts";
import { freshMemory, type State } from "../core/machine/state.ts";
import { socketRows } from "../core/machine/transitions.ts";
import { toConnectionState } from "../core/toConnectionState.ts";
import { normal } from "../protocol/closeCodes.ts";
import { readAddress } from "./address.ts";
import type { Connection, ConnectionHost } from "./connection.ts";
import { createUpkeep } from "./createUpkeep.ts";
import type { Watch } from "./hints.ts";
import type { ClientOptions } from "./options.ts";
import { readPolicy } from "./readPolicy.ts";
import { runMachine } from "./runMachine.ts";
import { createTimers } from "./timers.ts";
import { createTransport } from "./transport.ts";

/** The connection and its machine, for who hands it on. */
export interface OwnConnection extends Connection {
  /** Does the chores that are due, and sees to the rest in time. */
  readonly keepUp: () => void;
}

export const createConnection = (options: ClientOptions, host: ConnectionHost): OwnConnection => {
  const { protocol, ports, heartbeat = null, hints } = options;
  const { clock, dice, sensors } = ports;
  const { driver } = host;
  const policy = readPolicy(options);
  const address = readAddress(options);
  const timers = createTimers<TimerName>(clock);
  let watch: Watch | undefined;
  /** Of one socket: what the protocol says after it is gone is not heard. */
  let attempt: AbortController | undefined;
  let closeCode = 0;

  const isLive = (): boolean => !["disconnected", "failed"].includes(machine.state().name);
  const isConnected = (): boolean => machine.state().name === "connected";
  const upkeep = createUpkeep(clock, {
    isLive: () => isLive() || !!host.isBorrowing?.(),
    chores: () => Math.min(host.chores(), watch?.chores() ?? Infinity),
    ticked: host.ticked,
  });

  const transport = createTransport(ports, {
    opened: () => {
      const signal = attempt?.signal;
      machine.dispatch({ type: "socketOpened" });
      // A listener of that transition may have ended it.
      if (!signal?.aborted) driver().opened?.();
    },
    received: (data) => driver().received(data),
    lost: (code, text) => {
      attempt?.abort();
      closeCode = code;
      machine.dispatch({ type: "socketLost", code, text, ...driver().closed(code, text) });
    },
  });

  const dial = (site: number): void => {
    attempt = new AbortController();
    const signal = machine.signal();
    address.find(
      site,
      signal,
      (url) => transport.open(url, protocol.subprotocols, protocol.binaryType),
      (cause) =>
        machine.dispatch(
          {
            type: "attemptFailed",
            reason: "url",
            code: normal,
            error: "URL_FAILED",
            text: describeError(cause),
          },
          signal,
        ),
    );
  };

  const perform = (effect: Effect): void => {
    switch (effect.type) {
      case "openSocket":
        return dial(effect.site);
      case "closeSocket":
        attempt?.abort();
        driver().closed(effect.code);
        closeCode = effect.code;
        return transport.close(effect.code, effect.reason);
      case "arm": {
        const { timer, delayMs } = effect;
        const signal = machine.signal();
        return timers.arm(timer, delayMs, () => machine.dispatch({ type: `${timer}Due` }, signal));
      }
      case "probe":
        return driver().probe();
      default:
        return effect satisfies never;
    }
  };

  /** A state was left: its timers end; network and page are heard only where the table says so. */
  const entered = (state: State): void => {
    timers.clear();
    upkeep.stop();
    if (isLive() || (state.name === "disconnected" && state.reason === "suspended"))
      watch ??= sensors && hints?.listen(sensors, { clock, dispatch: machine.dispatch, dueIn: upkeep.dueIn });
    else {
      watch?.stop();
      watch = undefined;
      host.rested();
    }
  };

  const rows = mergeRows(socketRows, protocol.rows, heartbeat?.rows, hints?.rows, host.rows);
  const machine = runMachine({
    rows,
    first: { name: "disconnected", reason: "initial", memory: freshMemory },
    input: () => ({
      nowMs: clock.nowMs(),
      dice: dice.roll(),
      receivedAtMs: transport.receivedAtMs(),
      rttMs: driver().rttMs(),
      hidden: sensors?.hidden() ?? false,
      idle: host.isIdle(),
      heartbeat: heartbeat && driver().heartbeat(),
      policy,
    }),
    entered,
    perform,
    turned: (turn) => host.emitter.emit("turned", turn),
    settled: (from, to, event) => {
      // A sign of life is no change to the user.
      if (from.name === "connected" && to.name === "connected" && from.sinceMs === to.sinceMs) return;
      upkeep.run();
      host.show(toConnectionState(to, clock.wallMs() - clock.nowMs()), event);
    },
  });

  return {
    rows,
    machine: machine.state,
    keepUp: upkeep.run,
    state: () => machine.state().name,
    isConnected,
    isLive,
    call: machine.dispatch,
    dispatch: (event) => machine.dispatch(event, attempt?.signal),
    transmit: transport.send,
    bufferedBytes: transport.bufferedBytes,
    siteOf: address.siteOf,
    name: address.name,
    closeCode: () => closeCode,
    isCapped: () => machine.state().memory.capped,
    dueIn: upkeep.dueIn,
  };
};
