/** Timers of the machine; leaving a state cancels all of them. Each one's event: see `timerEvents`. */
export const timerEvents = {
  deadline: "deadlinePassed",
  retry: "retryDue",
  heartbeat: "heartbeatDue",
  uptime: "uptimeReached",
  leave: "leaveDue",
} as const;

export type TimerName = keyof typeof timerEvents;

/** What the shell must do, as data. */
export type Effect =
  | { readonly type: "openSocket" }
  | { readonly type: "closeSocket"; readonly code: number; readonly reason: string }
  | { readonly type: "arm"; readonly timer: TimerName; readonly delayMs: number }
  /** Ask the other side for a sign of life. */
  | { readonly type: "probe" };
