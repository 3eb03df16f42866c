export interface HeartbeatOptions {
  /** Plain mode: send a ping after this much silence. Resilient mode: the server decides. Default 25 000. */
  readonly intervalMs?: number | undefined;
  /** Silence after a missed heartbeat, in ms, before the socket counts as dead. Default 10 000. */
  readonly timeoutMs?: number | undefined;
}
