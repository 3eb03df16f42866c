/** What clients count and tell their server (`resume.stats`, `pong.stats`), so that it reaches Prometheus through the server. */
import { isAbsentOr, isShape } from "./shape.ts";

/** Figures since the client told last. */
export interface ClientStats {
  /** How often, by `name`, or `name|label|label` in the order of `clientCounters`. */
  readonly counts: Readonly<Record<string, number>>;
  /** What was measured, by the names of `clientHistograms`, in seconds. */
  readonly observed: Readonly<Record<string, readonly number[]>>;
  /** Messages in the outbox when it was told. */
  readonly depth?: number;
}

const states = /^(disconnected|connecting|authenticating|resuming|connected|reconnecting|failed)$/;
/** A word of ours: an error code, a reason. */
const word = /^[A-Za-z][A-Za-z0-9_]{0,31}$/;

type Labels = Readonly<Record<string, RegExp>>;

/** Counters a server takes from clients, with their labels and what these may be. */
export const clientCounters: Readonly<Record<string, Labels>> = {
  reconnect_fsm_invalid_transitions_total: {},
  reconnect_backoff_capped_total: {},
  /** `connected`, or the code of the error that ended the attempt. */
  reconnect_attempts_total: { outcome: word },
  /** Established connections that ended, by the close code of either side as the client saw it. */
  client_disconnects_total: { code: /^\d{1,4}$/ },
  connection_transitions_total: { from: states, to: states, reason: word },
  client_stream_anomalies_total: { kind: word },
  /** Messages that waited for a reconnect, by how they ended: the parts of `reconnect_flush_success_rate`. */
  reconnect_flushed_total: { outcome: /^(acked|rejected|expired|evicted)$/ },
};

/** Durations a server takes from clients. */
export const clientHistograms: readonly string[] = [
  "reconnect_attempt_duration_seconds",
  "reconnect_backoff_delay_seconds",
  "recovery_duration_seconds",
  "reconcile_duration_seconds",
  "reconnect_flush_duration_seconds",
];

/** Names in `counts`, and in `observed`. */
export const maxKeys = 64;
/** Measured values of one name in one frame. */
export const maxObserved = 32;

const isAmount = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;
const areFew = (value: unknown, check: (value: unknown) => boolean): boolean => {
  if (!isShape(value)) return false;
  const all = Object.values(value);
  return all.length <= maxKeys && all.every(check);
};

/** The shape alone; names and labels that are not in the tables are for the server to drop. */
export const isClientStats = (value: unknown): boolean =>
  isShape(value) &&
  isAbsentOr(value["depth"], isAmount) &&
  areFew(value["counts"], isAmount) &&
  areFew(
    value["observed"],
    (list) => Array.isArray(list) && list.length <= maxObserved && list.every(isAmount),
  );
