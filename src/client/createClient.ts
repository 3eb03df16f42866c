import { type ErrorCode, ResilientSocketError } from "../core/errors.ts";
import type { RawData } from "../core/ports.ts";
import { attachLog } from "./attachLog.ts";
import { createChannels } from "./channels.ts";
import { createBacklog } from "./createBacklog.ts";
import { createConnection } from "./createConnection.ts";
import { createDisplay } from "./createDisplay.ts";
import { createHold } from "./createHold.ts";
import { type ReceiptHandle, refusedReceipt } from "./createReceipt.ts";
import { createRequests } from "./createRequests.ts";
import { createStore } from "./createStore.ts";
import { createEmitter } from "./emitter.ts";
import { highWaterBytes } from "./highWater.ts";
import { inspections } from "./inspection.ts";
import { iterate } from "./iterate.ts";
import type { ClientOptions } from "./options.ts";
import type { Driver } from "./driver.ts";
import { createQueue } from "./queue.ts";
import type { ResilientClient, TabsState } from "./ResilientClient.ts";
import type { SendOptions } from "./sendOptions.ts";

const solo: TabsState = { role: "solo", rung: "solo", term: 0 };

/** A client with what its options name and nothing else: absent features are off. Inert until it is used. */
export const createClient = (given: ClientOptions): ResilientClient => {
  // A copy: an inspector may put a faulty socket in, of this client alone.
  const options = { ...given, ports: { ...given.ports } };
  const { protocol, ports, logger, heartbeat = null, onUnmount = {}, tabs } = options;
  const { clock, dice } = ports;
  const emitter = createEmitter();
  if (logger) attachLog(logger, emitter);
  let soon = false;
  let disposed = false;
  /** Of the past, asked for and not there. */
  let pages = 0;
  const isKept = onUnmount.queue !== "purge";

  /** One turn after the current one: transmit, then notify once. */
  const changed = (): void => {
    if (queue.awaits()) hold.wanted();
    if (soon) return;
    soon = true;
    clock.soon(() => {
      soon = false;
      queue.admit();
      connection.feed?.();
      pump();
      queue.notify();
    });
  };
  const pump = (): void => {
    if (connection.isConnected()) driver.pump();
  };
  const transmitNow = (channel: string, body: RawData): ErrorCode | undefined => {
    if (!connection.isConnected()) return "NOT_CONNECTED";
    if (driver.bufferedBytes() > highWaterBytes) return "CONGESTED";
    return driver.volatile(channel, body) ? undefined : "NOT_CONNECTED";
  };

  const display = createDisplay(emitter, {
    changed: (now, event) => {
      const { name } = now;
      // Paused, by this tab or by the one that leads: what the hidden page sends is reason enough to come back.
      if (name === "disconnected" && now.reason === "suspended" && event !== "suspended") hold.doze(true);
      if (name === "connected") queue.flushing();
      pump();
    },
    told: (now) => {
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
  const connection = (tabs ?? createConnection)(options, {
    emitter,
    driver: () => driver,
    show: display.show,
    isIdle: () => !queue.awaits() && !pages,
    chores: () =>
      Math.min(
        queue.expire(),
        // Whoever holds the connection.
        queue.keeping.look(connection.isConnected() && client.tabs.get().role !== "follower"),
        channels.sweep(),
        requests.expire(),
        driver.expire?.() ?? Infinity,
      ),
    rested: () => channels.sweep(true),
    estate: () => queue.estate,
    ticked: () => {
      if (connection.isConnected()) driver.upkeep?.();
    },
  });
  const { call, dueIn } = connection;
  const shown = display.store;
  const queue = createQueue({
    clock,
    dice,
    emitter,
    encode: protocol.encode,
    conditional: !!protocol.conditional,
    transmitNow,
    options: options.outbox ?? {},
    keeping: {
      scope: JSON.stringify([connection.name, options.identity]),
      locks: connection.locks ?? ports.tabs?.locks,
      boots: ports.boots,
      sensors: ports.sensors,
      obstacle: !protocol.conditional
        ? "outbox_in_plain_mode"
        : options.identity === undefined
          ? "outbox_without_identity"
          : undefined,
    },
    changed,
    dueIn,
  });
  const channels = createChannels({
    clock,
    emitter,
    opened: (name) => {
      driver.subscribed?.(name);
      hold.wanted();
    },
    closed: (name) => driver.unsubscribed?.(name),
    idle: () => dueIn(channels.sweep(!connection.isLive())),
    canRead: () => !!driver.readOn,
    readOn: (channel) => driver.readOn?.(channel),
  });
  const driver: Driver = protocol.drive({
    ...connection,
    clock,
    dice,
    queue,
    channels,
    emitter,
    heartbeat,
    takeStats: () => meter?.take(),
    keepStats: (stats) => meter?.keep(stats),
    upkeepIn: dueIn,
  });

  const gone = (): ResilientSocketError => new ResilientSocketError("DISPOSED", "the client was disposed of");
  /** Why nothing can be waited for now. */
  const refusal = (): ResilientSocketError | undefined => {
    if (disposed) return gone();
    const now = shown.get();
    return now.name === "failed" ? now.error : undefined;
  };
  const ended = (error: ResilientSocketError): void => {
    driver.ended?.(error);
    requests.ended(error);
  };
  const send = (payload: unknown, sendOptions: SendOptions = {}): ReceiptHandle => {
    if (disposed) return refusedReceipt(sendOptions.idempotencyKey ?? "", "DISPOSED");
    queue.keeping.open();
    return queue.send(payload, sendOptions);
  };
  const requests = createRequests({ clock, send, refusal, dueIn });
  const backlog: ResilientClient["backlog"] = (...args) =>
    createBacklog({ channels, clock, report: emitter.report }, ...args);

  const connect = (): void => {
    hold.doze(false);
    if (disposed) return;
    queue.keeping.open();
    call({ type: "connect" });
  };
  const end = (reason: "requested" | "logout" | "disposed"): void => {
    hold.doze(false);
    if (!disposed) call({ type: "disconnect", reason });
  };
  const hold = createHold({
    clock,
    connect,
    end: () => {
      if (disposed) return;
      if (!isKept) queue.purge();
      end("requested");
      void queue.keeping.end();
    },
    lingerMs: () => (queue.outbox.depth ? (onUnmount.lingerMs ?? 0) : 0),
    isWanted: () => queue.outbox.depth + channels.all.size > 0,
  });

  const client: ResilientClient = {
    state: shown,
    tabs: connection.tabs ?? createStore(() => solo, solo, emitter.report),
    outbox: queue.view,
    connect,
    disconnect: () => end("requested"),
    reconnect: () => {
      if (!disposed) call({ type: "reconnect" });
    },
    logout: async ({ queue: what = "purge" } = {}) => {
      if (what === "purge") queue.purge();
      end("logout");
      if (what === "purge" && !disposed) await queue.keeping.purge();
    },
    dispose: async () => {
      end("disposed");
      disposed = true;
      void queue.end(isKept).then(queue.notify);
      queue.notify();
      channels.end();
    },
    retain: (when) => {
      if (!disposed) queue.keeping.open();
      return hold.retain(when);
    },
    send,
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
      pages++;
      hold.wanted();
      return driver.history(channel, page).finally(() => pages--);
    },
    on: emitter.on,
  };
  inspections.set(queue.view, {
    options,
    ports,
    connection,
    driver,
    outbox: queue.outbox,
    channels: channels.all,
    on: emitter.on,
  });
  const meter = options.telemetry?.(client, {
    endpoint: connection.name,
    clock,
    link: ports.sensors?.link,
    isCapped: connection.isCapped,
    closeCode: connection.closeCode,
    report: emitter.report,
  });
  return client;
};
