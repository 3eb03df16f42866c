import type { MetricName } from "./metricNames.ts";

/** What a figure is. docs/metrics.md is this table; a test compares it with that and with what a server exports. */
export interface Metric {
  readonly type: "counter" | "gauge" | "histogram";
  /** One sentence, as in the HELP line. */
  readonly help: string;
  readonly labels?: readonly string[];
  /** Upper bounds, ascending, in the unit of the name. Histograms only. */
  readonly buckets?: readonly number[];
  /** Whose clock or counter it is; what clients measure is an authenticated peer's word for it. */
  readonly by: "server" | "client";
}

/** From a fast commit to a mobile network's hiccup and an outage. */
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const milliseconds = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000];
const counts = [0, 1, 5, 10, 50, 100, 500, 1000, 5000, 10_000];

export const metricTable: Readonly<Record<MetricName, Metric>> = {
  duplicate_msg_rejected_total: {
    type: "counter",
    help: "Numbers that had been decided before: answered again, not appended again.",
    by: "server",
  },
  delta_sync_gap_size: {
    type: "histogram",
    help: "Events between the cursor of a resume and the head of its channel.",
    buckets: counts,
    by: "server",
  },
  cross_node_handoff_latency_ms: {
    type: "histogram",
    help: "From the first auth on this node until all channels that came with a cursor are live.",
    buckets: milliseconds,
    by: "server",
  },
  state_drift_percentage: {
    type: "gauge",
    help: "Sampled client cursors that differ from this node's log at the same seq, in the last 5 to 10 minutes.",
    by: "server",
  },
  state_drift_samples_total: {
    type: "counter",
    help: "Client cursors that were compared: same or drifted.",
    labels: ["result"],
    by: "server",
  },
  stale_socket_cleanup_errors: {
    type: "counter",
    help: "Disposers that threw while a connection was cleaned up.",
    by: "server",
  },
  disconnects_total: {
    type: "counter",
    help: "Sockets that ended, by the close code of the server; peer: the other side ended it.",
    labels: ["code"],
    by: "server",
  },
  stream_anomalies_total: {
    type: "counter",
    help: "Cursors that cannot be: ahead of the log, or of another fork.",
    labels: ["kind"],
    by: "server",
  },
  ws_queue_depth: {
    type: "gauge",
    help: "Messages in the outboxes of connected clients, as each told last.",
    by: "client",
  },
  reconnect_flush_success_rate: {
    type: "gauge",
    help: "Share of messages that waited for a reconnect and were acked, in the last 5 to 10 minutes; 1 when there were none.",
    by: "client",
  },
  reconnect_flushed_total: {
    type: "counter",
    help: "Messages that waited for a reconnect, by how they ended: acked, rejected, expired, evicted.",
    labels: ["outcome"],
    by: "client",
  },
  reconnect_flush_duration_seconds: {
    type: "histogram",
    help: "From connected until what had waited was answered.",
    buckets: seconds,
    by: "client",
  },
  reconnect_fsm_invalid_transitions_total: {
    type: "counter",
    help: "Internal events that met a state in which they cannot happen: defects.",
    by: "client",
  },
  connection_transitions_total: {
    type: "counter",
    help: "Changes of the clients' connection state.",
    labels: ["from", "to", "reason"],
    by: "client",
  },
  reconnect_attempts_total: {
    type: "counter",
    help: "Attempts to connect, by outcome: connected, or the code of the error.",
    labels: ["outcome"],
    by: "client",
  },
  reconnect_attempt_duration_seconds: {
    type: "histogram",
    help: "From dialling until connected or failed.",
    buckets: seconds,
    by: "client",
  },
  reconnect_backoff_capped_total: {
    type: "counter",
    help: "Delays that met the cap of the backoff.",
    by: "client",
  },
  reconnect_backoff_delay_seconds: {
    type: "histogram",
    help: "Waits before an attempt.",
    buckets: seconds,
    by: "client",
  },
  recovery_duration_seconds: {
    type: "histogram",
    help: "From the loss of a connection until it is live again.",
    buckets: seconds,
    by: "client",
  },
  reconcile_duration_seconds: {
    type: "histogram",
    help: "From resume until every channel had caught up.",
    buckets: seconds,
    by: "client",
  },
  client_disconnects_total: {
    type: "counter",
    help: "Established connections that ended, by the close code their clients saw.",
    labels: ["code"],
    by: "client",
  },
  client_stream_anomalies_total: {
    type: "counter",
    help: "Gaps, forks and other things clients noticed in what they were sent.",
    labels: ["kind"],
    by: "client",
  },
  resilient_client_reports_total: {
    type: "counter",
    help: "Reports of figures by clients: taken, or refused because they came too fast.",
    labels: ["outcome"],
    by: "server",
  },
  resilient_client_figures_dropped_total: {
    type: "counter",
    help: "Figures in reports whose name or label this server does not know.",
    by: "server",
  },
  resilient_connections: { type: "gauge", help: "Connections that are logged in.", by: "server" },
  resilient_channels: { type: "gauge", help: "Channels somebody on this node listens to.", by: "server" },
  resilient_handshakes_total: {
    type: "counter",
    help: "Logins by outcome: accepted, or the code of the refusal.",
    labels: ["outcome"],
    by: "server",
  },
  resilient_upgrades_refused_total: {
    type: "counter",
    help: "Upgrades refused before there was a socket, by HTTP status.",
    labels: ["status"],
    by: "server",
  },
  resilient_leaving: { type: "gauge", help: "1 from drain or close on.", by: "server" },
  resilient_frames_rejected_total: {
    type: "counter",
    help: "Connections the server ended with an error, and channels it refused for a limit, by code.",
    labels: ["code"],
    by: "server",
  },
  resilient_frames_unknown_total: {
    type: "counter",
    help: "Frames of a type this version does not know.",
    by: "server",
  },
  resilient_rate_limited_total: {
    type: "counter",
    help: "Frames that were told to wait, by limit.",
    labels: ["limit"],
    by: "server",
  },
  resilient_messages_appended_total: {
    type: "counter",
    help: "Events this node appended.",
    by: "server",
  },
  resilient_acks_total: { type: "counter", help: "Acknowledgements sent, each for a commit.", by: "server" },
  resilient_nacks_total: {
    type: "counter",
    help: "Numbers that were not decided, by code.",
    labels: ["code"],
    by: "server",
  },
  resilient_appends_waiting: {
    type: "gauge",
    help: "Batches that wait for the commit before them.",
    by: "server",
  },
  resilient_pending_bytes: {
    type: "gauge",
    help: "Bytes of messages that wait for the app or the store.",
    by: "server",
  },
  resilient_commit_batches: {
    type: "histogram",
    help: "Batches that shared a commit.",
    buckets: counts,
    by: "server",
  },
  resilient_store_errors_total: { type: "counter", help: "Commits that failed.", by: "server" },
  resilient_events_trimmed_total: {
    type: "counter",
    help: "Events that retention removed: age, as promised; size, because their channel had no room.",
    labels: ["reason"],
    by: "server",
  },
  resilient_bytes_trimmed_total: {
    type: "counter",
    help: "UTF-8 bytes of the payloads of those.",
    labels: ["reason"],
    by: "server",
  },
  resilient_resumes_total: {
    type: "counter",
    help: "Verdicts about channels: live, delta, snapshot, lost.",
    labels: ["status"],
    by: "server",
  },
  resilient_delta_reads_total: {
    type: "counter",
    help: "Pages of the log for who catches up: answered, slow, failed, refused by the breaker, shared with an equal read.",
    labels: ["outcome"],
    by: "server",
  },
  resilient_delta_read_duration_seconds: {
    type: "histogram",
    help: "Time of those that reached the store.",
    buckets: seconds,
    by: "server",
  },
  resilient_delta_breaker_state: {
    type: "gauge",
    help: "The breaker before the log: 0 closed, 1 half open, 2 open.",
    by: "server",
  },
  resilient_delta_breaker_opened_total: {
    type: "counter",
    help: "How often it opened.",
    by: "server",
  },
  resilient_snapshots_waiting: {
    type: "gauge",
    help: "Calls that wait for their turn at the app's snapshot source.",
    by: "server",
  },
  resilient_filter_failures_total: {
    type: "counter",
    help: "Times the filter threw or answered a promise: what it was asked about is hidden.",
    by: "server",
  },
  resilient_send_buffer_bytes: {
    type: "gauge",
    help: "Bytes in the send buffers of all connections.",
    by: "server",
  },
  resilient_congested_connections: {
    type: "gauge",
    help: "Connections whose send buffer is so full that deltas wait and volatile messages are dropped.",
    by: "server",
  },
  resilient_slow_consumers_total: {
    type: "counter",
    help: "Connections closed with 4011 for not reading: full buffer, or stalled.",
    labels: ["cause"],
    by: "server",
  },
  resilient_volatile_dropped_total: {
    type: "counter",
    help: "Volatile messages that a congested connection was not sent.",
    by: "server",
  },
};
