/** Timers of the machine; leaving a state cancels all of them. When `retry` runs out, the event `retryDue` is raised. */
export type TimerName = "deadline" | "retry" | "heartbeat" | "uptime" | "leave";

/** What the shell must do, as data. */
export type Effect =
  /** `site`: which of the listed URLs, modulo their number. */
  | { readonly type: "openSocket"; readonly site: number }
  | { readonly type: "closeSocket"; readonly code: number; readonly reason: string }
  | { readonly type: "arm"; readonly timer: TimerName; readonly delayMs: number }
  /** Ask the other side for a sign of life. */
  | { readonly type: "probe" };

export const arm = (timer: TimerName, delayMs: number): Effect => ({ type: "arm", timer, delayMs });

export const close = (code: number, reason = ""): Effect => ({ type: "closeSocket", code, reason });
