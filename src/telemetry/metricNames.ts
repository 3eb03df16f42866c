/** Names of the figures a node exports. The first six are words of the contract; dashboards depend on them. */
export const metricNames = {
  /** Numbers that had been decided before and were answered again. */
  duplicates: "duplicate_msg_rejected_total",
  /** Events between a resuming cursor and the head, per channel. */
  gapSize: "delta_sync_gap_size",
  /** Disposers that threw while a connection was cleaned up. */
  cleanupErrors: "stale_socket_cleanup_errors",
  /** By close code. */
  disconnects: "disconnects_total",
  /** Cursors ahead of the log, forks and other things that should not be. */
  anomalies: "stream_anomalies_total",
  connections: "resilient_connections",
  handshakes: "resilient_handshakes_total",
  framesRejected: "resilient_frames_rejected_total",
  framesUnknown: "resilient_frames_unknown_total",
  appended: "resilient_messages_appended_total",
  acks: "resilient_acks_total",
  nacks: "resilient_nacks_total",
  /** By limit: `producer`, `subject`, `bytes`, `flood`, `control`. */
  rateLimited: "resilient_rate_limited_total",
  /** Refused before there was a socket, by HTTP status. */
  upgradesRefused: "resilient_upgrades_refused_total",
  /** 1 from `drain` or `close` on. */
  leaving: "resilient_leaving",
  resumes: "resilient_resumes_total",
  /** A `filter` that threw or answered a promise: what it was asked about is hidden. */
  filterFailures: "resilient_filter_failures_total",
  /** Pages of the log for whoever catches up: `answered`, `slow`, `failed`, `refused` while the breaker is open, `shared` with an equal read. */
  deltaReads: "resilient_delta_reads_total",
  deltaReadDuration: "resilient_delta_read_duration_seconds",
  /** 0 closed, 1 half open, 2 open. */
  deltaBreaker: "resilient_delta_breaker_state",
  deltaBreakerOpened: "resilient_delta_breaker_opened_total",
  /** Calls that wait for the app's snapshot source. */
  snapshotsWaiting: "resilient_snapshots_waiting",
  storeErrors: "resilient_store_errors_total",
  commitSize: "resilient_commit_batches",
} as const;

export type MetricName = (typeof metricNames)[keyof typeof metricNames];
