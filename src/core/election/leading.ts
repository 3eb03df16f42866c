/** Having the lock: from the term that is written to the tab that takes over. */
import type { ElectionEvent, ElectionEventOf, ElectionInput } from "./events.ts";
import { type Election, type ElectionOf, longestStealPauseMs, stealEveryMs } from "./state.ts";
import { join, leave } from "./queueing.ts";
import { type ElectionNext, follow, know, wait } from "./step.ts";

/** A tab that was asked to lead and does not come is asleep, or gone. */
const yieldWithinMs = 2_000;

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

export const leaveLeading = (state: ElectionOf<"leading">): ElectionNext => {
  const [next, ...effects] = leave(state);
  return [next, { type: "stepDown" }, { type: "post", message: { t: "bye", term: state.term } }, ...effects];
};

/** Hung once, so it waits its turn and does not steal back. */
export const loseLock = (state: Election, _event: ElectionEvent, input: ElectionInput): ElectionNext => [
  ...wait({ ...state.known, wasRobbed: true }, null, input),
  { type: "stepDown" },
  { type: "queueForLock" },
  follow(null),
  { type: "post", message: { t: "hello" } },
];

/** Refused by the server, but the lock is still its own: as far as it hears nobody else leads, so it goes above the highest known. */
export const outbid = (
  state: ElectionOf<"leading">,
  { highest }: ElectionEventOf<"fenced">,
  input: ElectionInput,
): ElectionNext => {
  const fenced = know(state, { seenTerm: Math.max(state.known.seenTerm, highest) });
  const delayMs = state.known.mayOutbidAtMs - input.nowMs;
  return delayMs > 0
    ? [fenced, { type: "arm", timer: "outbid", delayMs }]
    : rise(fenced, { type: "outbidDue" }, input);
};

/** Somebody may lead whom it cannot hear. */
export const rise = (
  state: ElectionOf<"leading">,
  _event: ElectionEvent,
  { nowMs, dice }: ElectionInput,
): ElectionNext => {
  const { mayOutbidAtMs, outbidPauseMs } = state.known;
  const wasLongAgo = nowMs - mayOutbidAtMs > longestStealPauseMs;
  const pauseMs = wasLongAgo ? stealEveryMs : outbidPauseMs;
  return take(
    know(state, {
      mayOutbidAtMs: nowMs + pauseMs * (1 + dice),
      outbidPauseMs: Math.min(2 * pauseMs, longestStealPauseMs),
    }),
  );
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
