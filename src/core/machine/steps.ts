import * as closeCodes from "../../protocol/closeCodes.ts";
import type { DisconnectReason } from "../connectionState.ts";
import { hintProbe, judgePulse } from "./heartbeat.ts";
import { ResilientSocketError } from "../errors.ts";
import { afterLoss, immediateDelay, type Loss } from "./retry.ts";
import { arm, close, type Effect } from "./effects.ts";
import type { Event, EventOf } from "./events.ts";
import { failed } from "./failed.ts";
import type { Input } from "./input.ts";
import { stable, type State } from "./state.ts";
import type { Next } from "./step.ts";

const leaving = close(closeCodes.normal);

/** Slow links get longer deadlines: at least 4 smoothed round trips. */
const patient = (deadlineMs: number, { rttMs }: Input): number => Math.max(deadlineMs, 4 * rttMs);

export const dial = ({ memory }: State, _event: Event, input: Input): Next => [
  { name: "connecting", memory: { ...memory, clientDice: memory.clientDice ?? input.dice } },
  { type: "openSocket", site: memory.site },
  arm("deadline", patient(input.policy.connectMs, input)),
];

/** Break before make: the live socket goes first. */
export const redial = (state: State, event: Event, input: Input): Next => {
  const [next, ...effects] = dial(state, event, input);
  return [next, leaving, ...effects];
};

/** The user asks from `failed` or `disconnected`: a clean slate, but what the server advised still holds. */
export const dialAfresh = (state: State, event: Event, input: Input): Next =>
  dial({ ...state, memory: { ...state.memory, ...stable } }, event, input);

export const restore = (state: Extract<State, { name: "disconnected" }>, event: Event, input: Input): Next =>
  state.reason === "suspended" ? dial(state, event, input) : [state];

/** Where no socket is. */
export const stay = ({ memory }: State, { reason }: { readonly reason: DisconnectReason }): Next => [
  { name: "disconnected", reason, memory },
];

export const stop = (state: State, event: { readonly reason: DisconnectReason }): Next => [
  ...stay(state, event),
  leaving,
];

/** Goes on with the schedule of the last leader: tabs that take over in turn must not dial more often than one would. */
export const adopt = (_own: State, { state }: EventOf<"adopted">, input: Input): Next => {
  if (state.name === "failed") return [state];
  if (state.name === "reconnecting") return [state, arm("retry", Math.max(0, state.retryAtMs - input.nowMs))];
  return dial(state, { type: "connect" }, input);
};

/** A suspended page that is seen again. */
export const wake = (
  state: Extract<State, { name: "disconnected" }>,
  { hint }: EventOf<"hinted">,
  input: Input,
): Next => (hint === "visible" ? restore(state, { type: "restored" }, input) : [state]);

export const suspend = (state: State): Next => stop(state, { reason: "suspended" });

/** Nobody looks and nothing is under way: a socket would only be kept alive. */
export const pause = (state: State, _event: Event, { hidden, idle }: Input): Next =>
  hidden && idle ? suspend(state) : [state];

export const lose = (
  state: State,
  { code, text, error = "SOCKET_CLOSED", retryAfterMs, verdict }: EventOf<"socketLost">,
  input: Input,
): Next =>
  afterLoss(
    state,
    {
      reason: "closed",
      error,
      text: code ? `close code ${code}${text && ` ${text}`}` : text,
      closeCode: code,
      retryAfterMs,
      verdict,
    },
    input,
  );

/** This side ends the attempt. */
const giveUp = (state: State, loss: Loss, code: number, input: Input): Next => [
  ...afterLoss(state, loss, input),
  close(code, loss.error),
];

export const failAttempt = (state: State, event: EventOf<"attemptFailed">, input: Input): Next =>
  giveUp(state, event, event.code, input);

export const missSocket = (state: State, _event: Event, input: Input): Next =>
  giveUp(
    state,
    { reason: "timeout", error: "CONNECT_TIMEOUT", text: "no socket in time" },
    closeCodes.normal,
    input,
  );

export const missWelcome = (state: State, _event: Event, input: Input): Next =>
  giveUp(
    state,
    {
      reason: "timeout",
      error: "HANDSHAKE_TIMEOUT",
      text: "no welcome in time: is it a resilient.v1 server?",
    },
    closeCodes.authTimeout,
    input,
  );

export const refuse = (state: State, { error, text, recovery }: EventOf<"refused">): Next => [
  failed(state.memory, new ResilientSocketError(error, text), recovery),
  leaving,
];

/** The deadline of the handshake grows with failed attempts: overloaded servers answer late. */
export const authenticate = ({ memory }: State, _event: Event, input: Input): Next => [
  { name: "authenticating", memory },
  arm(
    "deadline",
    patient(
      Math.min(input.policy.handshakeMs * (1 + memory.attempt), Math.max(30_000, input.policy.handshakeMs)),
      input,
    ),
  ),
];

const watch = (input: Input): Effect[] =>
  input.heartbeat ? [arm("heartbeat", input.heartbeat.intervalMs)] : [];

export const resume = ({ memory }: State, { spreadMs }: EventOf<"welcomed">, input: Input): Next => [
  {
    name: "resuming",
    probe: null,
    memory: { ...memory, spreadMs: Math.min(spreadMs, input.policy.maxSpreadMs) },
  },
  arm("deadline", patient(input.policy.resumeMs, input)),
  ...watch(input),
];

export const establish = ({ memory }: State, _event: Event, input: Input): Next => [
  { name: "connected", sinceMs: input.nowMs, probe: null, memory },
  arm("uptime", input.policy.minUptimeMs),
  ...watch(input),
];

export const settle = (state: Extract<State, { name: "connected" }>): Next => [
  { ...state, memory: { ...state.memory, ...stable } },
];

type Watched = Extract<State, { probe: unknown }>;

export const beat = (state: Watched, _event: Event, input: Input): Next => {
  if (!input.heartbeat) return [state];
  const pulse = judgePulse(input.nowMs, input.receivedAtMs, state.probe, input.hidden, input.heartbeat);
  if (pulse.dead)
    return giveUp(
      state,
      { reason: "heartbeat", error: "HEARTBEAT_TIMEOUT", text: "nothing was heard" },
      closeCodes.heartbeat,
      input,
    );
  const next = { ...state, probe: pulse.probe };
  return pulse.send
    ? [next, { type: "probe" }, arm("heartbeat", pulse.checkInMs)]
    : [next, arm("heartbeat", pulse.checkInMs)];
};

const noticed = (state: State, input: Input): State["memory"] => ({
  ...state.memory,
  localCauseAtMs: input.nowMs,
});

/** A hint is never believed: it asks the socket whether it lives. */
export const check = (state: Watched, { hint }: EventOf<"hinted">, input: Input): Next => {
  if (hint === "hidden") return [state];
  const memory = noticed(state, input);
  if (!input.heartbeat) return [{ ...state, memory }];
  const probe = hintProbe(input.nowMs, input.rttMs, input.heartbeat);
  return [{ ...state, memory, probe }, { type: "probe" }, arm("heartbeat", probe.timeoutMs)];
};

/** The cause may be gone: try now instead of waiting. */
export const hurry = (
  state: Extract<State, { name: "reconnecting" }>,
  { hint }: EventOf<"hinted">,
  input: Input,
): Next => {
  if (hint === "hidden" || hint === "offline") return [state];
  const memory = noticed(state, input);
  const delayMs = immediateDelay(input, state.memory);
  const retryAtMs = input.nowMs + delayMs;
  if (retryAtMs >= state.retryAtMs) return [{ ...state, memory }];
  return [
    { ...state, reason: "network", retryAtMs, memory: { ...memory, immediateAtMs: retryAtMs } },
    arm("retry", delayMs),
  ];
};

/** `goaway`: leave at a moment drawn from the server's window, and dial at once then. */
export const prepareLeave = (
  state: State,
  { minMs, maxMs, site }: EventOf<"goawayReceived">,
  input: Input,
): Next => {
  const longest = input.policy.maxSpreadMs;
  const min = Math.min(Math.max(minMs, 0), longest);
  const memory = site < 0 ? state.memory : { ...state.memory, site };
  return [{ ...state, memory }, arm("leave", min + Math.max(Math.min(maxMs, longest) - min, 0) * input.dice)];
};
