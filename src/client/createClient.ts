import type { ConnectionState } from "../core/connectionState.ts";
import type { Effect, TimerName } from "../core/machine/effects.ts";
import type { Event } from "../core/machine/events.ts";
import { mergeRows } from "../core/machine/mergeRows.ts";
import { freshMemory, type State } from "../core/machine/state.ts";
import { socketRows } from "../core/machine/transitions.ts";
import type { RawData } from "../core/ports.ts";
import { toConnectionState } from "../core/toConnectionState.ts";
import { type ErrorCode, ResilientSocketError } from "../core/errors.ts";
import { normal } from "../protocol/closeCodes.ts";
import { readAddress } from "./address.ts";
import { attachLog } from "./attachLog.ts";
import { createBacklog } from "./createBacklog.ts";
import { createChannels } from "./channels.ts";
import { refusedReceipt } from "./createReceipt.ts";
import { createStore } from "./createStore.ts";
import { createEmitter } from "./emitter.ts";
import { iterate } from "./iterate.ts";
import type { ClientOptions } from "./options.ts";
import { readPolicy } from "./readPolicy.ts";
import type { Driver } from "./protocol.ts";
import { createQueue } from "./queue.ts";
import { createRequests } from "./createRequests.ts";
import type { ResilientClient, TabsState } from "./ResilientClient.ts";
import { runMachine } from "./runMachine.ts";
import { createTimers } from "./timers.ts";
import { createTransport } from "./transport.ts";
import { highWaterBytes } from "./highWater.ts";

const solo: TabsState = { role: "solo", rung: "solo", term: 0 };
const initial: ConnectionState = { name: "disconnected", reason: "initial" };

/** In the other two states nothing is alive: no timer, no listener (but `disconnected: suspended`, which waits for the page). */
const isRunning = ({ name }: State): boolean => name !== "disconnected" && name !== "failed";

/** A client with what its options name and nothing else: absent features are off. Inert until it is used. */
export const createClient = (options: ClientOptions): ResilientClient => {
  const { protocol, ports, logger, heartbeat = null, hints, onUnmount = {} } = options;
  const { clock, dice, sensors } = ports;
  const policy = readPolicy(options);
  const address = readAddress(options);
  const emitter = createEmitter();
  if (logger) attachLog(logger, emitter);
  const timers = createTimers<TimerName | "upkeep">(clock);
  /** Apart from the others: a change of state must not call off the release. */
  const leaving = createTimers<"linger">(clock);
  let upkeepAtMs = Infinity;
  let soon = false;
  let deaf: (() => void) | undefined;
  let holders = 0;
  let disposed = false;
  /** Of one socket: what the protocol says after it is gone is not heard. */
  let attempt: AbortController | undefined;

  const isLive = (): boolean => isRunning(machine.state());

  /** One turn after the current one: transmit, then notify once. */
  const changed = (): void => {
    if (soon) return;
    soon = true;
    clock.soon(() => {
      soon = false;
      queue.admit();
      pump();
      queue.notify();
    });
  };

  const isConnected = (): boolean => machine.state().name === "connected";
  const pump = (): void => {
    if (isConnected()) driver.pump();
  };

  const upkeepIn = (delayMs: number): void => {
    const atMs = clock.nowMs() + delayMs;
    if (!isLive() || atMs >= upkeepAtMs) return;
    upkeepAtMs = atMs;
    timers.arm("upkeep", delayMs, () => {
      upkeepAtMs = Infinity;
      const dueMs = choresMs();
      if (isConnected()) driver.upkeep?.();
      upkeepIn(dueMs);
    });
  };
  /** Does what is due by the clock; ms until the next, Infinity without one. */
  const choresMs = (): number =>
    Math.min(queue.expire(), channels.sweep(), requests.expire(), driver.expire?.() ?? Infinity);

  const transmitNow = (channel: string, body: RawData): ErrorCode | undefined => {
    if (isConnected() && transport.bufferedBytes() > highWaterBytes) return "CONGESTED";
    return isConnected() && driver.volatile(channel, body) ? undefined : "NOT_CONNECTED";
  };

  const queue = createQueue({
    clock,
    dice,
    emitter,
    encode: protocol.encode,
    conditional: !!protocol.conditional,
    transmitNow,
    options: options.outbox ?? {},
    changed,
    dueIn: upkeepIn,
  });
  const channels = createChannels({
    clock,
    emitter,
    opened: (name) => driver.subscribed?.(name),
    closed: (name) => driver.unsubscribed?.(name),
    idle: () => upkeepIn(channels.sweep(!isLive())),
    canRead: () => !!driver.readOn,
    readOn: (channel) => driver.readOn?.(channel),
  });

  const transport = createTransport(ports.socket, clock, {
    opened: () => {
      const signal = attempt?.signal;
      machine.dispatch({ type: "socketOpened" });
      // A listener of that transition may have ended it.
      if (!signal?.aborted) driver.opened?.();
    },
    received: (data) => driver.received(data),
    lost: (code, text) => {
      attempt?.abort();
      machine.dispatch({ type: "socketLost", code, text, ...driver.closed(code, text) });
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
          { type: "attemptFailed", reason: "url", code: normal, error: "URL_FAILED", text: String(cause) },
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
        driver.closed(effect.code);
        return transport.close(effect.code, effect.reason);
      case "arm": {
        const { timer, delayMs } = effect;
        const signal = machine.signal();
        return timers.arm(timer, delayMs, () => machine.dispatch({ type: `${timer}Due` }, signal));
      }
      case "probe":
        return driver.probe();
      default:
        return effect satisfies never;
    }
  };

  /** A state was left: its timers end; network and page are heard only where the table says so. */
  const entered = (state: State): void => {
    timers.clear();
    upkeepAtMs = Infinity;
    if (isRunning(state) || (state.name === "disconnected" && state.reason === "suspended"))
      deaf ??= sensors && hints?.listen(sensors, machine.dispatch);
    else {
      deaf?.();
      deaf = undefined;
      channels.sweep(true);
    }
  };

  let shown: ConnectionState = initial;
  const state = createStore(() => shown, initial, emitter.report);

  const machine = runMachine({
    rows: mergeRows(socketRows, protocol.rows, heartbeat?.rows, hints?.rows),
    first: { name: "disconnected", reason: "initial", memory: freshMemory },
    input: () => ({
      nowMs: clock.nowMs(),
      dice: dice.roll(),
      receivedAtMs: transport.receivedAtMs(),
      rttMs: driver.rttMs(),
      hidden: sensors?.hidden() ?? false,
      heartbeat: heartbeat && driver.heartbeat(),
      policy,
    }),
    entered,
    perform,
    settled: (from, to, event) => {
      // A sign of life is no change to the user.
      if (from.name === "connected" && to.name === "connected" && from.sinceMs === to.sinceMs) return;
      const before = shown;
      const now = (shown = toConnectionState(to, clock.wallMs() - clock.nowMs()));
      if (isLive()) upkeepIn(choresMs());
      if (to.name === "connected") queue.flushing();
      pump();
      state.notify();
      emitter.emit("transition", { from: before, to: now, event });
      if (now.name === "failed") {
        ended(now.error);
        emitter.emit("error", now.error);
      } else if (now.name === "disconnected" && now.reason !== "suspended")
        ended(
          now.reason === "disposed"
            ? gone()
            : new ResilientSocketError("DISCONNECTED", `the connection was ended: ${now.reason}`),
        );
    },
  });

  const driver: Driver = protocol.drive({
    clock,
    dice,
    queue,
    channels,
    emitter,
    heartbeat,
    state: () => machine.state().name,
    dispatch: (event) => machine.dispatch(event, attempt?.signal),
    transmit: transport.send,
    bufferedBytes: transport.bufferedBytes,
    siteOf: address.siteOf,
    upkeepIn,
  });

  const gone = (): ResilientSocketError => new ResilientSocketError("DISPOSED", "the client was disposed of");
  /** Why nothing can be waited for now. */
  const refusal = (): ResilientSocketError | undefined => {
    if (disposed) return gone();
    return shown.name === "failed" ? shown.error : undefined;
  };
  const ended = (error: ResilientSocketError): void => {
    driver.ended?.(error);
    requests.ended(error);
  };
  const requests = createRequests({ clock, send: queue.send, refusal, dueIn: upkeepIn });
  const backlog: ResilientClient["backlog"] = (...args) => createBacklog(channels, emitter.report, ...args);

  const call = (event: Event): void => {
    if (!disposed) machine.dispatch(event);
  };

  const release = (): void => {
    if (holders || disposed) return;
    if (onUnmount.queue === "purge") queue.purge();
    call({ type: "disconnect", reason: "requested" });
  };

  return {
    state,
    tabs: createStore(() => solo, solo, emitter.report),
    outbox: queue.view,
    connect: () => call({ type: "connect" }),
    disconnect: () => call({ type: "disconnect", reason: "requested" }),
    reconnect: () => call({ type: "reconnect" }),
    logout: async ({ queue: what = "purge" } = {}) => {
      if (what === "purge") queue.purge();
      call({ type: "disconnect", reason: "logout" });
    },
    dispose: async () => {
      call({ type: "disconnect", reason: "disposed" });
      disposed = true;
      queue.purge();
      queue.notify();
      channels.end();
    },
    retain: () => {
      if (!holders++) call({ type: "connect" });
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        holders--;
        const { lingerMs = 0 } = onUnmount;
        if (!holders) leaving.arm("linger", queue.outbox.depth ? lingerMs : 0, release);
      };
    },
    send: (payload, sendOptions = {}) => {
      if (!disposed) return queue.send(payload, sendOptions);
      return refusedReceipt(sendOptions.idempotencyKey ?? "", "DISPOSED");
    },
    request: requests.request,
    subscribe: (channel, handler, subscribeOptions) => channels.subscribe(channel, handler, subscribeOptions),
    backlog,
    messages: (channel, messagesOptions = {}) => ({
      [Symbol.asyncIterator]: () =>
        iterate((ready, options) => backlog(channel, ready, options), messagesOptions),
    }),
    history: async (channel, page = {}) => {
      const error = refusal();
      if (error) throw error;
      if (!driver.history) throw new ResilientSocketError("NOT_SUPPORTED", "plain mode has no history");
      return driver.history(channel, page);
    },
    on: emitter.on,
  };
};
