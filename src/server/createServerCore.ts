import { ResilientSocketError } from "../core/errors.ts";
import type { Clock, Dice } from "../core/ports.ts";
import { metricNames } from "../telemetry/metricNames.ts";
import { createAppender } from "./appender.ts";
import { createArrivals } from "./arrivals.ts";
import { createChannelHub } from "./channelHub.ts";
import { createClientFigures } from "./clientFigures.ts";
import { createConnections } from "./connections.ts";
import { contain, containedClock } from "./contain.ts";
import { createAdmission } from "./createAdmission.ts";
import { createPublish } from "./createPublish.ts";
import { describeError } from "../core/describeError.ts";
import { createDeltaReader } from "./deltaReader.ts";
import { createDrift } from "./drift.ts";
import { createFence } from "./fence.ts";
import { createJudge, type HashPayload } from "./judge.ts";
import { resolveLimits } from "./limits.ts";
import { localFanOut } from "./localFanOut.ts";
import { createMetrics } from "./metrics.ts";
import type { Logger } from "./log.ts";
import type { ResilientServerOptions } from "./options.ts";
import type { ResilientServer } from "./ResilientServer.ts";
import { positive } from "./positive.ts";
import { printable } from "./printable.ts";
import { createRates } from "./rates.ts";
import { createRights } from "./rights.ts";
import type { SessionContext } from "./session.ts";
import { createSight } from "./sight.ts";
import { createSnapshotSource } from "./snapshots.ts";
import { createStoreHealth } from "./storeHealth.ts";
import type { LogStore } from "./store/LogStore.ts";

export interface ServerCoreOptions extends ResilientServerOptions {
  readonly store: LogStore;
  readonly ports: { readonly clock: Clock; readonly dice: Dice };
  readonly hashPayload: HashPayload;
}

/** The server without a transport of its own, and what a transport may look at. */
export interface ServerCore extends Omit<ResilientServer, "attach" | "handle" | "handleUpgrade"> {
  readonly context: SessionContext;
  /** Whether this node should be sent clients. */
  readonly isReady: () => Promise<boolean>;
  /** Undefined: sockets may come. Otherwise the ms after which they may ask again; nobody looks at them before. */
  readonly closedForMs: () => number | undefined;
}

/** Telling one more socket when to come costs a handshake; a node so far behind does not even do that. */
const LONGEST_BACKLOG_MS = 10_000;

/**
 * Everything of the companion server that needs no Node: the simulated world runs it in a browser.
 *
 * @throws INVALID_OPTION for options that cannot work, a missing `authenticate` too: else every login would be a failure to retry.
 */
export function createServerCore(options: ServerCoreOptions): ServerCore {
  const { ports, store, hashPayload } = options;
  if (typeof options.authenticate !== "function")
    throw new ResilientSocketError("INVALID_OPTION", "authenticate must be a function");
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
  const { filter, snapshot } = options;
  const sight = createSight({ filter, clock, metrics, log });
  const hub = createChannelHub({ store, clock, sight, onStoreError });
  const { acceptPerSecond: perSecond = 1000 } = options;
  const acceptPerSecond = positive("acceptPerSecond", perSecond);
  const arrivals = createArrivals(acceptPerSecond, clock, dice);
  const admission = createAdmission({ limits, arrivals, dice });
  const ready = once(store.open);
  const health = createStoreHealth(store, ready, clock);
  let isLeaving = false;
  const { intervalMs = 25_000, timeoutMs = 10_000 } = options.heartbeat ?? {};
  const context: SessionContext = {
    options,
    rights,
    sight,
    limits,
    clock,
    dice,
    store,
    hub,
    deltas: createDeltaReader({ store, clock, dice, metrics, log }),
    metrics,
    figures: createClientFigures(metrics, clock),
    countDrift: createDrift(metrics, clock),
    log,
    admission,
    rates: createRates(limits, clock, metrics),
    isLeaving: () => isLeaving,
    ready,
    fence: createFence(),
    appender: createAppender({
      store: { append: (batches) => health.watch(() => store.append(batches)) },
      clock,
      metrics,
      onCommitted: fanOut.publish,
      onStoreError,
      onDefect,
    }),
    judge: createJudge({
      rights,
      onMessage: options.onMessage,
      limits,
      hashOf: hashPayload,
    }),
    heartbeat: {
      intervalMs: positive("heartbeat.intervalMs", intervalMs),
      timeoutMs: positive("heartbeat.timeoutMs", timeoutMs),
    },
    acceptPerSecond,
    snapshot:
      snapshot &&
      createSnapshotSource({
        snapshot,
        filter,
        clock,
        metrics,
        concurrent: limits.concurrentSnapshots,
      }),
  };
  const connections = createConnections(context, () => {
    isLeaving = true;
  });
  const stopListening = fanOut.subscribe(hub.heard);
  metrics.gauge(metricNames.connections, admission.connections);
  metrics.gauge(metricNames.channels, hub.size);
  metrics.gauge(metricNames.pendingBytes, admission.pendingBytes);
  for (const reason of ["age", "size"] as const) {
    metrics.counter(metricNames.eventsTrimmed, () => store.trimmed()[reason].events, reason);
    metrics.counter(metricNames.bytesTrimmed, () => store.trimmed()[reason].bytes, reason);
  }
  metrics.gauge(metricNames.leaving, () => Number(isLeaving));
  void context.ready().catch(onStoreError);

  return {
    context,
    accept: connections.accept,
    publish: createPublish({
      store: { publish: (item) => health.watch(() => store.publish(item)) },
      fanOut,
      metrics,
      ready,
      hashPayload,
    }),
    drain: (wish = {}) => connections.drain(wish),
    revoke: async (subject) => connections.revoke(subject),
    isReady: async () => !isLeaving && (await health.isWell()) && !isLeaving,
    closedForMs: () => {
      if (isLeaving) return connections.leftMs() ?? 0;
      const backlogMs = arrivals.backlogMs();
      return backlogMs > LONGEST_BACKLOG_MS ? backlogMs : undefined;
    },
    metrics: metrics.text,
    close: async () => {
      connections.close(1001, "server closes");
      stopListening();
      hub.stop();
      await ready().catch(() => {});
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
