/** Whether the leader lives, and what to do when it does not. */
import type { ElectionEvent, ElectionEventOf, ElectionInput } from "./events.ts";
import { type ElectionOf, longestStealPauseMs } from "./state.ts";
import { type ElectionNext, nonceOf, pingEveryMs, pressedPingEveryMs, rest, resting } from "./step.ts";

/** A leader that does not answer in this time has missed once. */
const pongWithinMs = 800;
/** Two tabs that missed the same leader do not aim together. */
const aimWithinMs = 300;
/**
 * A hidden page's timers are late: what it takes for death may be its own sleep. And a tab that hung before may hang again: two
 * such tabs must not rob each other in turn, nor may they wait for ever when both have hung once.
 */
const patientStealAfterMs = 90_000;

/** Asks the leader for a sign of life; where none is known, the first miss asks the lock manager. */
export const ping = (
  state: ElectionOf<"waiting">,
  _event: ElectionEvent,
  { nowMs, dice }: ElectionInput,
): ElectionNext => {
  const misses = state.watch.kind === "asked" ? state.watch.misses : 0;
  const nonce = nonceOf(dice);
  const asked = { kind: "asked", nonce, sentAtMs: nowMs, misses } as const;
  return [
    { ...state, watch: asked },
    { type: "post", message: { t: "ping", to: state.leader?.id ?? "", nonce } },
    { type: "arm", timer: "pong", delayMs: pongWithinMs },
  ];
};

export const hearPong = (
  state: ElectionOf<"waiting">,
  { from }: ElectionEventOf<"pongHeard">,
  input: ElectionInput,
): ElectionNext =>
  // A late answer is a sign of life too.
  from === state.leader?.id && state.watch.kind !== "resting"
    ? [{ ...state, watch: resting(input) }, { type: "disarm" }, rest(input)]
    : [state];

/** The timer is late because this page slept: what it missed proves nothing. Of a hidden page it may come a minute late. */
const hasSlept = (dueAtMs: number, { nowMs, isHidden }: ElectionInput): boolean =>
  nowMs - dueAtMs > pongWithinMs + (isHidden ? 60_000 : 0);

/** First miss: is there a holder at all? Second miss: take aim. */
export const missPong = (
  state: ElectionOf<"waiting">,
  _event: ElectionEvent,
  input: ElectionInput,
): ElectionNext => {
  const { watch, known } = state;
  if (watch.kind !== "asked") return [state];
  if (hasSlept(watch.sentAtMs + pongWithinMs, input))
    return ping({ ...state, watch: resting(input) }, _event, input);
  if (watch.misses === 0) return [{ ...state, watch: { ...watch, misses: 1 } }, { type: "askLocks" }];
  const waitMs = Math.max(
    known.mayStealAtMs - input.nowMs,
    input.isHidden || known.wasRobbed ? patientStealAfterMs : 0,
  );
  const delayMs = waitMs + input.dice * aimWithinMs;
  return [
    { ...state, watch: { kind: "aiming", nonce: watch.nonce, dueAtMs: input.nowMs + delayMs } },
    { type: "arm", timer: "steal", delayMs },
  ];
};

/** Held: ask once more. Free: the queue will move by itself. */
export const readLocks = (
  state: ElectionOf<"waiting">,
  event: ElectionEventOf<"locksRead">,
  input: ElectionInput,
): ElectionNext => {
  if (state.watch.kind !== "asked") return [state];
  return event.isHeld ? ping(state, event, input) : [{ ...state, watch: resting(input) }, rest(input)];
};

/** A page that is wedged itself must not rob: first a task of its own must run. */
export const proveAlive = (
  state: ElectionOf<"waiting">,
  event: ElectionEvent,
  input: ElectionInput,
): ElectionNext => {
  const { watch } = state;
  if (watch.kind !== "aiming") return [state];
  if (hasSlept(watch.dueAtMs, input)) return ping({ ...state, watch: resting(input) }, event, input);
  return [
    { ...state, watch: { kind: "proving", nonce: watch.nonce } },
    { type: "proveAlive", nonce: watch.nonce },
  ];
};

/** At most once per pause, and the pause doubles: a wedged follower cannot steal for ever. */
export const steal = (
  state: ElectionOf<"waiting">,
  { nonce }: ElectionEventOf<"provenAlive">,
  input: ElectionInput,
): ElectionNext => {
  const { watch, known } = state;
  if (watch.kind !== "proving" || watch.nonce !== nonce) return [state];
  const { stealPauseMs } = known;
  const spent = {
    mayStealAtMs: input.nowMs + stealPauseMs,
    stealPauseMs: Math.min(2 * stealPauseMs, longestStealPauseMs),
  };
  return [
    { ...state, watch: resting(input), known: { ...known, ...spent } },
    { type: "stealLock" },
    { type: "arm", timer: "ping", delayMs: pingEveryMs },
  ];
};

/** Somebody looks at this tab: know now whether the leader lives. */
export const hurry = (
  state: ElectionOf<"waiting">,
  event: ElectionEvent,
  input: ElectionInput,
): ElectionNext => (state.watch.kind === "resting" ? ping(state, event, input) : [state]);

/** It has something to say: know within a second, and ask no more often than that, however much there is to say. */
export const press = (
  state: ElectionOf<"waiting">,
  event: ElectionEvent,
  input: ElectionInput,
): ElectionNext => {
  const { watch } = state;
  if (watch.kind !== "resting" || watch.isPressed) return [state];
  const delayMs = watch.sinceMs + pressedPingEveryMs - input.nowMs;
  if (delayMs <= 0) return ping(state, event, input);
  return [
    { ...state, watch: { ...watch, isPressed: true } },
    { type: "arm", timer: "ping", delayMs },
  ];
};
