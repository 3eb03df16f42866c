import type { ElectionEffect, ElectionEvent, ElectionEventOf, ElectionInput } from "./events.ts";
import {
  type Election,
  type ElectionOf,
  type Knowledge,
  type Leader,
  stealEveryMs,
  type Watch,
} from "./state.ts";

export type ElectionNext = readonly [Election, ...ElectionEffect[]];

/** A leader that does not answer in this time has missed once. */
const pongWithinMs = 800;
const pingEveryMs = 5_000;
/** While messages wait for the server. */
const pressedPingEveryMs = 1_000;
/** Two tabs that missed the same leader do not aim together. */
const aimWithinMs = 300;
/**
 * A hidden page's timers are late: what it takes for death may be its own sleep. And a tab that hung before may hang again: two
 * such tabs must not rob each other in turn, nor may they wait for ever when both have hung once.
 */
const patientStealAfterMs = 90_000;
const longestStealPauseMs = 160_000;
/** A tab that was asked to lead and does not come is asleep, or gone. */
const yieldWithinMs = 2_000;

const follow = (leader: string | null): ElectionEffect => ({ type: "follow", leader });

const know = <E extends Election>(state: E, more: Partial<Knowledge>): E => ({
  ...state,
  known: { ...state.known, ...more },
});

const resting = ({ nowMs, isPressed }: ElectionInput): Watch => ({
  kind: "resting",
  sinceMs: nowMs,
  isPressed,
});

const rest = ({ isPressed }: ElectionInput): ElectionEffect => ({
  type: "arm",
  timer: "ping",
  delayMs: isPressed ? pressedPingEveryMs : pingEveryMs,
});

const nonceOf = (dice: number): number => Math.floor(dice * 2 ** 31);

const wait = (known: Knowledge, leader: Leader | null, input: ElectionInput): ElectionNext => [
  { name: "waiting", known, leader, watch: resting(input) },
  rest(input),
];

export const join = ({ known }: Election, _event: ElectionEvent, input: ElectionInput): ElectionNext => [
  ...wait(known, null, input),
  { type: "queueForLock" },
  { type: "post", message: { t: "hello" } },
];

/** Releases everything that others could wait for: a cached page keeps a lock for ten minutes. */
export const leave = ({ known }: Election): ElectionNext => [
  { name: "away", known },
  { type: "disarm" },
  { type: "releaseLock" },
  follow(null),
];

export const leaveLeading = (state: ElectionOf<"leading">): ElectionNext => {
  const [next, ...effects] = leave(state);
  return [next, { type: "stepDown" }, { type: "post", message: { t: "bye", term: state.term } }, ...effects];
};

export const take = ({ known }: Election): ElectionNext => [
  { name: "taking", known, atLeast: known.seenTerm },
  { type: "disarm" },
  { type: "takeTerm", atLeast: known.seenTerm },
];

export const lead = (
  state: ElectionOf<"taking">,
  { group, term }: ElectionEventOf<"termTaken">,
): ElectionNext => {
  // A higher term was heard while this one was written: it would be refused.
  if (term <= state.known.seenTerm) return take(state);
  return [
    {
      name: "leading",
      term,
      known: { ...state.known, group, seenTerm: term, wasRobbed: false, stealPauseMs: stealEveryMs },
    },
    { type: "post", message: { t: "lead", group, term } },
    { type: "lead", group, term },
  ];
};

/** Granted and taken away in its sleep: it never led. */
export const requeue = (state: ElectionOf<"waiting">): ElectionNext => [state, { type: "queueForLock" }];

/** Hung once, so it waits its turn and does not steal back. */
export const loseLock = (state: Election, _event: ElectionEvent, input: ElectionInput): ElectionNext => [
  ...wait({ ...state.known, wasRobbed: true }, null, input),
  { type: "stepDown" },
  { type: "queueForLock" },
  follow(null),
  { type: "post", message: { t: "hello" } },
];

/** Refused by the server, but the lock is still its own: nobody else can lead, so it goes above the highest known. */
export const outbid = (state: ElectionOf<"leading">, { highest }: ElectionEventOf<"fenced">): ElectionNext =>
  take(know(state, { seenTerm: Math.max(state.known.seenTerm, highest) }));

export const hearLead = (
  state: ElectionOf<"waiting">,
  { from, group, term }: ElectionEventOf<"leadHeard">,
  input: ElectionInput,
): ElectionNext => {
  // What carries a term below the highest is a voice from the past.
  if (term < state.known.seenTerm) return [state];
  const leader = { id: from, term };
  const known = { ...state.known, group, seenTerm: term, stealPauseMs: stealEveryMs };
  return [...wait(known, leader, input), follow(from)];
};

/** While taking or leading: a higher term leads elsewhere. The lock decides who is right, the server sees to it. */
export const hearRival = (
  state: ElectionOf<"taking" | "leading">,
  { term, from, group }: ElectionEventOf<"leadHeard">,
  input: ElectionInput,
): ElectionNext => {
  if (term <= state.known.seenTerm) return [state];
  return [
    ...wait({ ...state.known, wasRobbed: true, seenTerm: term, group }, { id: from, term }, input),
    { type: "stepDown" },
    { type: "releaseLock" },
    { type: "queueForLock" },
    follow(from),
  ];
};

export const hearBye = (
  state: ElectionOf<"waiting">,
  { from, isForMe }: ElectionEventOf<"byeHeard">,
  input: ElectionInput,
): ElectionNext => {
  if (state.leader?.id !== from) return [state];
  if (!isForMe) return [...wait(state.known, null, input), follow(null)];
  const nonce = nonceOf(input.dice);
  return [
    { ...state, leader: null, watch: { kind: "proving", nonce } },
    { type: "disarm" },
    follow(null),
    { type: "proveAlive", nonce },
  ];
};

/** Hands over: a page that nobody looks at and whose timers are late leads badly. */
export const yieldLead = (
  state: ElectionOf<"leading">,
  event: ElectionEventOf<"yielded">,
  input: ElectionInput,
): ElectionNext => {
  if (event.to !== undefined)
    return [
      { name: "yielding", known: state.known },
      { type: "stepDown" },
      { type: "post", message: { t: "bye", term: state.term, to: event.to } },
      { type: "arm", timer: "yield", delayMs: yieldWithinMs },
    ];
  const [away, ...left] = leaveLeading(state);
  const [next, ...joined] = join(away, event, input);
  return [next, ...left, ...joined];
};

/** Back to the end of the queue, whether who was asked has taken the lock or not. */
export const rejoin = (state: Election, event: ElectionEvent, input: ElectionInput): ElectionNext => {
  const [next, ...joined] = join(state, event, input);
  return [next, { type: "disarm" }, ...joined];
};

/** Who was asked leads now. */
export const hearHeir = (
  { known }: ElectionOf<"yielding">,
  { from, group, term }: ElectionEventOf<"leadHeard">,
  input: ElectionInput,
): ElectionNext => {
  if (term <= known.seenTerm) return [{ name: "yielding", known }];
  const [next, ...rested] = wait({ ...known, group, seenTerm: term }, { id: from, term }, input);
  return [next, { type: "disarm" }, ...rested, { type: "queueForLock" }, follow(from)];
};

/** Tells a newcomer who leads. */
export const present = (state: ElectionOf<"leading">): ElectionNext => [
  state,
  { type: "post", message: { t: "lead", group: state.known.group ?? "", term: state.term } },
];

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
