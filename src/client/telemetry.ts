/** Figures of a connection, made of what the client tells anybody. Names: DESIGN of the metrics in docs/metrics.md. */
import type { ConnectionState } from "../core/connectionState.ts";
import type { Clock, Link } from "../core/ports.ts";
import { type ClientStats, maxObserved } from "../protocol/stats.ts";
import type { ResilientClient } from "./ResilientClient.ts";

/** What stands beside every figure. */
export interface MeasureContext {
  /** The name of the connection: no query, no credentials. */
  readonly endpoint: string;
  /** `navigator.connection.effectiveType`, where the browser tells. */
  readonly effectiveType: string | undefined;
  /** `navigator.connection.rtt` in ms, where the browser tells. */
  readonly rtt: number | undefined;
  readonly role: "leader" | "follower" | "solo";
  /** Of a transition or an outcome: its reason or code. */
  readonly reason: string | undefined;
}

export interface TelemetryOptions {
  /** Hears every figure as it is made: durations in seconds, counters as 1, gauges as they are. For RUM and OpenTelemetry. */
  readonly onMeasure?: ((name: string, value: number, context: MeasureContext) => void) | undefined;
}

export interface TelemetryHost {
  readonly endpoint: string;
  readonly clock: Clock;
  readonly link: (() => Link) | undefined;
  /** The last delay could not have been longer. */
  readonly capped: () => boolean;
  readonly report: (error: unknown) => void;
}

export interface Meter {
  /** What was counted since the last call, and how much waits; undefined when neither is news. */
  readonly take: () => ClientStats | undefined;
}

export type Telemetry = (client: ResilientClient, host: TelemetryHost) => Meter;

const reasonOf = (state: ConnectionState): string =>
  "reason" in state ? state.reason : "code" in state ? state.code : "none";

const isAttempt = ({ name }: ConnectionState): boolean =>
  name === "connecting" || name === "authenticating" || name === "resuming";

/** Counts and measures; the server is told in `resume` and `pong`. */
export const telemetry =
  ({ onMeasure }: TelemetryOptions = {}): Telemetry =>
  (client, { endpoint, clock, link, capped, report }) => {
    let counts: Record<string, number> = {};
    let observed: Record<string, number[]> = {};
    let attemptAtMs = 0;
    let resumingAtMs = 0;
    let lostAtMs: number | null = null;
    let toldDepth = 0;
    /** What waited when the connection came back, and how it ended so far. */
    let flush: { readonly ids: Set<string>; readonly sinceMs: number; acked: number; ended: number } | null =
      null;

    const tell = (name: string, value: number, reason?: string): void => {
      if (!onMeasure) return;
      const { effectiveType, rtt } = link?.() ?? {};
      try {
        onMeasure(name, value, { endpoint, effectiveType, rtt, role: client.tabs.get().role, reason });
      } catch (error) {
        report(error);
      }
    };
    const count = (name: string, ...labels: readonly string[]): void => {
      const key = [name, ...labels].join("|");
      counts[key] = (counts[key] ?? 0) + 1;
      tell(name, 1, labels.at(-1));
    };
    const measure = (name: string, sinceMs: number, reason?: string, untilMs = clock.nowMs()): void => {
      const seconds = Math.max(0, untilMs - sinceMs) / 1_000;
      const list = (observed[name] ??= []);
      if (list.length < maxObserved) list.push(seconds);
      tell(name, seconds, reason);
    };

    const attempted = (outcome: string): void => {
      count("reconnect_attempts_total", outcome);
      measure("reconnect_attempt_duration_seconds", attemptAtMs, outcome);
    };

    const connected = (): void => {
      attempted("connected");
      measure("reconcile_duration_seconds", resumingAtMs);
      if (lostAtMs !== null) measure("recovery_duration_seconds", lostAtMs);
      lostAtMs = null;
      const ids = new Set(client.outbox.entries.get().map(({ id }) => id));
      flush = ids.size ? { ids, sinceMs: clock.nowMs(), acked: 0, ended: 0 } : null;
    };

    const retrying = (state: Extract<ConnectionState, { name: "reconnecting" }>): void => {
      measure("reconnect_backoff_delay_seconds", clock.wallMs(), state.reason, state.retryAt);
      if (capped()) count("reconnect_backoff_capped_total");
    };

    client.on("transition", ({ from, to }) => {
      const nowMs = clock.nowMs();
      count("connection_transitions_total", from.name, to.name, reasonOf(to));
      const reason =
        (to.name === "reconnecting" && to.lastError?.code) ||
        (to.name === "failed" && to.code) ||
        reasonOf(to);
      if (to.name === "failed" && to.code === "ILLEGAL_TRANSITION")
        count("reconnect_fsm_invalid_transitions_total");
      if (to.name === "connecting") attemptAtMs = nowMs;
      if (to.name === "resuming") resumingAtMs = nowMs;
      if (from.name === "connected") {
        tell("disconnects_total", 1, reason);
        if (to.name === "reconnecting") lostAtMs = nowMs;
        flush = null;
      }
      if (isAttempt(from) && !isAttempt(to) && to.name !== "connected") attempted(reason);
      if (to.name === "connected") connected();
      if (to.name === "reconnecting") retrying(to);
      tell("reconnect_breaker_state", to.name === "reconnecting" && to.reason === "breaker" ? 1 : 0);
      tell("ws_queue_depth", client.outbox.state.get().depth);
    });

    client.on("settled", ({ id, settlement: { kind } }) => {
      if (!flush?.ids.delete(id)) return;
      if (["acked", "rejected", "expired", "evicted"].includes(kind)) {
        count("reconnect_flushed_total", kind);
        flush.ended++;
        if (kind === "acked") flush.acked++;
      }
      if (flush.ids.size) return;
      measure("reconnect_flush_duration_seconds", flush.sinceMs);
      if (flush.ended) tell("reconnect_flush_success_rate", flush.acked / flush.ended);
      flush = null;
    });
    client.on("continuity", ({ result, reason = "unknown" }) => {
      if (result === "lost" || result === "snapshot") count("client_stream_anomalies_total", reason);
    });
    client.on("anomaly", ({ kind }) => count("client_stream_anomalies_total", kind));
    client.on("lost", () => count("client_stream_anomalies_total", "rolled_back"));

    return {
      take: () => {
        const { depth } = client.outbox.state.get();
        if (depth === toldDepth && !Object.keys(counts).length && !Object.keys(observed).length)
          return undefined;
        const taken = { counts, observed, depth };
        toldDepth = depth;
        counts = {};
        observed = {};
        return taken;
      },
    };
  };
