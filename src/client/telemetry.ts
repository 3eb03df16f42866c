/** Figures of a connection, made of what the client tells anybody. Names: DESIGN of the metrics in docs/metrics.md. */
import type { ConnectionState } from "../core/connectionState.ts";
import type { Clock, Link } from "../core/ports.ts";
import { type ClientStats, maxKeys, maxObserved } from "../protocol/stats.ts";
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

/** Who hears the figures. */
export interface TelemetryOptions {
  /** Hears every figure as it is made: durations in seconds, counters as 1, gauges as they are. For RUM and OpenTelemetry. */
  readonly onMeasure?: ((name: string, value: number, context: MeasureContext) => void) | undefined;
}

export interface TelemetryHost {
  readonly endpoint: string;
  readonly clock: Clock;
  readonly link: (() => Link) | undefined;
  /** A cap made the last delay shorter. */
  readonly isCapped: () => boolean;
  /** Of the last socket that is gone. */
  readonly closeCode: () => number;
  readonly report: (error: unknown) => void;
}

export interface Meter {
  /** What was counted since the last call, and how much waits; undefined when neither is news. */
  readonly take: () => ClientStats | undefined;
  /** Adds what was taken and did not arrive. */
  readonly keep: (stats: ClientStats) => void;
}

/** Made by `telemetry()`: measures a client as long as it lives. */
export type Telemetry = (client: ResilientClient, host: TelemetryHost) => Meter;

const reasonOf = (state: ConnectionState): string =>
  "reason" in state ? state.reason : "code" in state ? state.code : "none";

const isAttempt = ({ name }: ConnectionState): boolean =>
  name === "connecting" || name === "authenticating" || name === "resuming";

/** Counts and measures; the server is told in `resume` and `pong`. */
export const telemetry =
  ({ onMeasure }: TelemetryOptions = {}): Telemetry =>
  (client, { endpoint, clock, link, isCapped, closeCode, report }) => {
    let counts: Record<string, number> = {};
    let observed: Record<string, number[]> = {};
    let attemptAtMs = 0;
    let resumingAtMs = 0;
    let lostAtMs: number | null = null;
    let toldDepth = 0;
    /** What moved is the connection of another tab, which tells the server of it. */
    let isBorrowed = false;
    /** What was queued while not connected and is not settled, and how the rest of it ended. */
    const flushing = new Set<string>();
    const flushed = { sinceMs: 0, acked: 0, ended: 0 };

    const tell = (name: string, value: number, reason?: string): void => {
      if (!onMeasure) return;
      const { effectiveType, rtt } = link?.() ?? {};
      try {
        onMeasure(name, value, { endpoint, effectiveType, rtt, role: client.tabs.get().role, reason });
      } catch (error) {
        report(error);
      }
    };
    const add = (key: string, times: number): void => {
      if (isBorrowed) return;
      // Some labels are words of the server.
      if (key in counts || Object.keys(counts).length < maxKeys) counts[key] = (counts[key] ?? 0) + times;
    };
    const observe = (name: string, seconds: number): void => {
      if (isBorrowed) return;
      const list = (observed[name] ??= []);
      if (list.length < maxObserved) list.push(seconds);
    };
    const count = (name: string, ...labels: readonly string[]): void => {
      add([name, ...labels.map((label) => label.slice(0, 32))].join("|"), 1);
      tell(name, 1, labels.at(-1));
    };
    const measure = (name: string, sinceMs: number, reason?: string, untilMs = clock.nowMs()): void => {
      const seconds = Math.max(0, Math.round(untilMs - sinceMs)) / 1_000;
      observe(name, seconds);
      tell(name, seconds, reason);
    };
    const isConnected = (): boolean => client.state.get().name === "connected";

    /** All that had waited is settled. */
    const tellRate = (): void => {
      const { acked, ended } = flushed;
      if (ended) tell("reconnect_flush_success_rate", acked / ended);
      flushed.acked = flushed.ended = 0;
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
      for (const { id } of client.outbox.entries.get()) flushing.add(id);
      flushed.sinceMs = clock.nowMs();
      if (!flushing.size) tellRate();
    };

    const retrying = (state: Extract<ConnectionState, { name: "reconnecting" }>): void => {
      measure("reconnect_backoff_delay_seconds", clock.wallMs(), state.reason, state.retryAt);
      if (isCapped()) count("reconnect_backoff_capped_total");
    };

    client.on("transition", ({ from, to }) => {
      const nowMs = clock.nowMs();
      isBorrowed = client.tabs.get().role === "follower";
      count("connection_transitions_total", from.name, to.name, reasonOf(to));
      const reason =
        (to.name === "reconnecting" && to.lastError?.code) ||
        (to.name === "failed" && to.code) ||
        reasonOf(to);
      if (to.name === "failed" && to.code === "ILLEGAL_TRANSITION")
        count("reconnect_fsm_invalid_transitions_total");
      if (to.name === "disconnected") lostAtMs = null;
      if (to.name === "connecting") attemptAtMs = nowMs;
      if (to.name === "resuming") resumingAtMs = nowMs;
      if (from.name === "connected") {
        const code = String(closeCode());
        add(`client_disconnects_total|${code}`, 1);
        tell("disconnects_total", 1, code);
        if (to.name === "reconnecting") lostAtMs = nowMs;
      }
      if (isAttempt(from) && !isAttempt(to) && to.name !== "connected") attempted(reason);
      if (to.name === "connected") connected();
      if (to.name === "reconnecting") retrying(to);
      tell("reconnect_breaker_state", to.name === "reconnecting" && to.reason === "breaker" ? 1 : 0);
      tell("ws_queue_depth", client.outbox.state.get().depth);
      isBorrowed = false;
    });

    client.on("settled", ({ id, settlement: { kind } }) => {
      const lapsed = kind === "expired" || kind === "evicted";
      if (!flushing.delete(id) && (isConnected() || !lapsed)) return;
      if (lapsed || kind === "acked" || kind === "rejected") {
        count("reconnect_flushed_total", kind);
        flushed.ended++;
        if (kind === "acked") flushed.acked++;
      }
      if (flushing.size || !isConnected()) return;
      measure("reconnect_flush_duration_seconds", flushed.sinceMs);
      tellRate();
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
      keep: (stats) => {
        for (const [key, times] of Object.entries(stats.counts)) add(key, times);
        for (const [name, list] of Object.entries(stats.observed))
          for (const seconds of list) observe(name, seconds);
      },
    };
  };
