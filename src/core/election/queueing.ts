/** Coming, waiting in the queue, and going. */
import type { ElectionEvent, ElectionEventOf, ElectionInput } from "./events.ts";
import type { Election, ElectionOf } from "./state.ts";
import { stealEveryMs } from "./state.ts";
import { type ElectionNext, follow, nonceOf, wait } from "./step.ts";

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

/** Back to the end of the queue, whether who was asked has taken the lock or not. */
export const rejoin = (state: Election, event: ElectionEvent, input: ElectionInput): ElectionNext => {
  const [next, ...joined] = join(state, event, input);
  return [next, { type: "disarm" }, ...joined];
};

/** Granted and taken away in its sleep: it never led. */
export const requeue = (state: ElectionOf<"waiting">): ElectionNext => [state, { type: "queueForLock" }];

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
