import { ResilientSocketError } from "../core/errors.ts";
import type { Clock, Dice } from "../core/ports.ts";
import { isName } from "../protocol/isName.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import { contain, containedClock } from "./contain.ts";
import { createAppender } from "./appender.ts";
import { createChannelHub } from "./channelHub.ts";
import { type Connection, createConnection } from "./connection.ts";
import { createAdmission } from "./createAdmission.ts";
import { createFence } from "./fence.ts";
import { createJudge, type HashPayload } from "./judge.ts";
import { resolveLimits } from "./limits.ts";
import { localFanOut } from "./localFanOut.ts";
import { createMetrics } from "./metrics.ts";
import type {
  HandshakeRequest,
  Logger,
  ResilientServer,
  ResilientServerOptions,
  ServerSocket,
  ServerSocketEvents,
} from "./options.ts";
import { positive } from "./positive.ts";
import { printable } from "./printable.ts";
import { createRights } from "./rights.ts";
import type { SessionContext } from "./session.ts";
import { settlesWithin } from "./settlesWithin.ts";
import { singleFlight } from "./singleFlight.ts";
import type { LogStore } from "./store/LogStore.ts";
import { describeError } from "./describeError.ts";

export interface ServerCoreOptions extends ResilientServerOptions {
  readonly store: LogStore;
  readonly ports: { readonly clock: Clock; readonly dice: Dice };
  readonly hashPayload: HashPayload;
}

/** The server without a transport of its own, and what a transport may look at. */
export interface ServerCore extends Omit<ResilientServer, "attach" | "handle"> {
  readonly context: SessionContext;
}

/** A snapshot source that does not answer in this time is asked anew. */
const SNAPSHOT_MS = 30_000;

/** Everything of the companion server that needs no Node: the simulated world runs it in a browser. */
export function createServerCore(options: ServerCoreOptions): ServerCore {
  const { ports, store, hashPayload } = options;
  const { dice } = ports;
  const fanOut = options.fanOut ?? localFanOut();
  const rights = createRights(options);
  const limits = resolveLimits(options.limits, store.window);
  const metrics = createMetrics();
  const log: SessionContext["log"] = (level, code, fields = {}) =>
    contain(
      () => options.logger?.(level, code, printableFields(fields)),
      () => {},
    );
  const onDefect = (error: unknown) => log("error", "INTERNAL", { error: describeError(error) });
  const clock = containedClock(ports.clock, onDefect);
  const onStoreError = (error: unknown) => log("error", "STORE_UNAVAILABLE", { error: describeError(error) });
  const hub = createChannelHub({ store, clock, onStoreError });
  const admission = createAdmission(limits);
  const { snapshot, acceptPerSecond = 1000 } = options;
  const { intervalMs = 25_000, timeoutMs = 10_000 } = options.heartbeat ?? {};
  const context: SessionContext = {
    options,
    rights,
    limits,
    clock,
    dice,
    store,
    hub,
    metrics,
    log,
    admission,
    ready: once(store.open),
    fence: createFence(),
    appender: createAppender({ store, clock, metrics, onCommitted: fanOut.publish, onStoreError, onDefect }),
    judge: createJudge({
      rights,
      onMessage: options.onMessage,
      maxDepth: limits.maxDepth,
      hashOf: hashPayload,
    }),
    heartbeat: {
      intervalMs: positive("heartbeat.intervalMs", intervalMs),
      timeoutMs: positive("heartbeat.timeoutMs", timeoutMs),
    },
    acceptPerSecond: positive("acceptPerSecond", acceptPerSecond),
    snapshot:
      snapshot &&
      singleFlight(async (channel) => {
        const answer = await settlesWithin(clock, SNAPSHOT_MS, snapshot(channel));
        if (!answer) throw new Error("the snapshot source did not answer");
        const { state, cursor } = answer;
        return { text: JSON.stringify(state) ?? "null", cursor };
      }),
  };
  const connections = new Set<Connection>();
  const stopListening = fanOut.subscribe(hub.heard);
  metrics.gauge(metricNames.connections, admission.connections);
  void context.ready().catch(onStoreError);

  const accept = (socket: ServerSocket, request: HandshakeRequest): ServerSocketEvents => {
    const connection = createConnection(context, socket, request);
    connections.add(connection);
    return {
      received: connection.received,
      closed: () => {
        connections.delete(connection);
        connection.closed();
      },
    };
  };

  return {
    context,
    accept,
    publish: async (channel, payload, { idempotencyKey } = {}) => {
      const publication = { channel, d: textOf(payload) };
      if (!isName(channel)) throw invalid("the channel of publish must be a name of 1 to 256 characters");
      if (idempotencyKey !== undefined && !isName(idempotencyKey, 128))
        throw invalid("idempotencyKey must be a name of 1 to 128 characters");
      await context.ready();
      const key = idempotencyKey === undefined ? {} : { key: idempotencyKey, keyHash: hashPayload(payload) };
      const { event, duplicate } = await store.publish({ ...publication, ...key });
      if (!duplicate) {
        metrics.count(metricNames.appended);
        fanOut.publish([event]);
      }
      return { epoch: event.epoch, seq: event.seq, tail: event.tail };
    },
    metrics: metrics.text,
    close: async () => {
      for (const connection of connections) connection.end(1001, "server closes");
      stopListening();
      hub.stop();
      await context.ready().catch(() => {});
      await store.close();
    },
  };
}

/** The one way into the log: what a peer or an app named or threw must not write lines of its own there. */
const printableFields = (fields: Parameters<Logger>[2]): Parameters<Logger>[2] =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? printable(value) : value,
    ]),
  );

const invalid = (text: string, cause?: unknown) => new ResilientSocketError("INVALID_OPTION", text, cause);

/** @throws INVALID_OPTION when the payload has no JSON: storing null instead would lose it. */
function textOf(payload: unknown): string {
  try {
    const text = JSON.stringify(payload) as string | undefined;
    if (text !== undefined) return text;
  } catch (cause) {
    throw invalid("the payload of publish must be JSON", cause);
  }
  throw invalid("the payload of publish must be JSON");
}

/** Opens the store at the first call; after a failure the next call tries again. */
function once(open: () => Promise<void>): () => Promise<void> {
  let opening: Promise<void> | undefined;
  return () => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
}
