import type { Store } from "../client/store.ts";
import type { ConnectionState } from "../client/surface.ts";

/** What there is to tell a user: nothing, nothing yet, trouble, or its end. */
export type Notice =
  | { readonly kind: "calm" | "restored" }
  | { readonly kind: "waiting" | "trouble"; readonly state: ConnectionState };

/** Time, and how patient to be. */
export interface NoticeOptions {
  /** Runs `task` once after `delayMs`; returns a cancel function. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  /** Trouble that is over sooner is not told, in ms. Default 2 000. */
  readonly quietMs?: number | undefined;
  /** How long the end of told trouble is told, in ms. Default 3 000. */
  readonly restoredMs?: number | undefined;
}

const calm: Notice = { kind: "calm" };

/** Nobody needs to be told: it works, or the app does not ask for it. */
const isCalm = (state: ConnectionState): boolean =>
  state.name === "connected" ||
  (state.name === "disconnected" && (state.reason === "initial" || state.reason === "disposed"));

/** An attempt belongs to the trouble that made it necessary: its steps are no news. */
const isAttempt = ({ name }: ConnectionState): boolean =>
  name === "connecting" || name === "authenticating" || name === "resuming";

const newsOf = (state: ConnectionState): string =>
  "code" in state ? state.code : "reason" in state ? state.reason : state.name;

/** The same object where there is no news, so that a screen reader is not made to repeat itself. */
const next = (notice: Notice, now: ConnectionState): Notice => {
  const before = "state" in notice ? notice.state : undefined;
  if (isCalm(now)) {
    if (now.name !== "connected" || notice.kind === "waiting") return calm;
    return notice.kind === "trouble" ? { kind: "restored" } : notice;
  }
  if (before && (isAttempt(now) || newsOf(before) === newsOf(now))) return notice;
  return { kind: notice.kind === "trouble" ? "trouble" : "waiting", state: now };
};

/** The connection as news: a blip passes unmentioned, an outage is told once per reason, its end once. */
export const createNotice = (
  { get, subscribe }: Store<ConnectionState>,
  { after, quietMs = 2_000, restoredMs = 3_000 }: NoticeOptions,
): Store<Notice> => {
  const listeners = new Set<() => void>();
  let notice: Notice = calm;
  let cancel: (() => void) | undefined;
  let leave: (() => void) | undefined;

  const enter = (to: Notice): void => {
    if (to === notice) return;
    const isNewKind = to.kind !== notice.kind;
    notice = to;
    if (isNewKind) arm();
    for (const listener of [...listeners]) listener();
  };
  const arm = (): void => {
    cancel?.();
    cancel = undefined;
    if (notice.kind === "waiting")
      cancel = after(quietMs, () => "state" in notice && enter({ ...notice, kind: "trouble" }));
    if (notice.kind === "restored") cancel = after(restoredMs, () => enter(calm));
  };

  return {
    get: () => notice,
    getServer: () => calm,
    subscribe: (listener) => {
      listeners.add(listener);
      if (listeners.size === 1) {
        leave = subscribe(() => enter(next(notice, get())));
        enter(next(notice, get()));
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        leave?.();
        cancel?.();
        notice = calm;
      };
    },
  };
};
