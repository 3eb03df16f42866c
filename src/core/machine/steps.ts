import { closeCodes } from "../../protocol/closeCodes.ts";
import { hintProbe, judgePulse } from "../heartbeat.ts";
import { ResilientSocketError } from "../errors.ts";
import { immediateDelay, type Loss, planRetry } from "../retry.ts";
import type { Effect } from "./effects.ts";
import type { Event, EventOf } from "./events.ts";
import type { Input } from "./input.ts";
import type { State } from "./state.ts";
import type { Next } from "./step.ts";

const arm = (timer: Extract<Effect, { type: "arm" }>["timer"], delayMs: number): Effect => ({
  type: "arm",
  timer,
  delayMs,
});
const close = (code: number, reason: string): Effect => ({ type: "closeSocket", code, reason });
const leaving = close(closeCodes.normal, "");

/** Slow links get longer deadlines: at least 4 smoothed round trips. */
const patient = (deadlineMs: number, { rttMs }: Input): number => Math.max(deadlineMs, 4 * rttMs);

export const dial = ({ memory }: State, _event: Event, input: Input): Next => [
  { name: "connecting", memory: { ...memory, clientDice: memory.clientDice ?? input.dice } },
  { type: "openSocket" },
  arm("deadline", patient(input.policy.connectMs, input)),
];

/** Break before make: the live socket goes first. */
export const redial = (state: State, event: Event, input: Input): Next => {
  const [next, ...effects] = dial(state, event, input);
  return [next, leaving, ...effects];
};

/** The user asks from `failed` or `disconnected`: a clean slate, but what the server advised still holds. */
export const dialAfresh = (state: State, event: Event, input: Input): Next =>
  dial(
    { ...state, memory: { ...state.memory, attempt: 0, failures: 0, failingSinceMs: null, refusals: 0 } },
    event,
    input,
  );

export const restore = (state: Extract<State, { name: "disconnected" }>, event: Event, input: Input): Next =>
  state.reason === "suspended" ? dial(state, event, input) : [state];

const rest = (state: State, { reason }: EventOf<"disconnect">): State => ({
  name: "disconnected",
  reason,
  memory: state.memory,
});

export const stop = (state: State, event: EventOf<"disconnect">): Next => [rest(state, event), leaving];

/** As `stop`, where no socket is. */
export const stay = (state: State, event: EventOf<"disconnect">): Next => [rest(state, event)];

export const suspend = (state: State): Next => [
  { name: "disconnected", reason: "suspended", memory: state.memory },
  leaving,
];

const afterLoss = (state: State, loss: Loss, input: Input): Next => {
  const plan = planRetry(state.memory, loss, input);
  if (plan.kind === "wait")
    return [
      {
        name: "reconnecting",
        memory: plan.memory,
        reason: plan.reason,
        retryAtMs: input.nowMs + plan.delayMs,
      },
      arm("retry", plan.delayMs),
    ];
  const { error, recovery, memory } = plan;
  return [{ name: "failed", code: error.code, error, recovery, memory }];
};

export const lose = (state: State, { code, text }: EventOf<"socketLost">, input: Input): Next =>
  afterLoss(
    state,
    {
      reason: "closed",
      error: "SOCKET_CLOSED",
      text: `close code ${code}${text && ` ${text}`}`,
      code,
      established: state.name === "connected",
    },
    input,
  );

const giveUp = (state: State, loss: Omit<Loss, "established" | "code">, code: number, input: Input): Next => {
  const [next, ...effects] = afterLoss(
    state,
    { ...loss, code: 0, established: state.name === "connected" },
    input,
  );
  return [next, close(code, loss.error), ...effects];
};

export const failAttempt = (
  state: State,
  { reason, error, text, code }: EventOf<"attemptFailed">,
  input: Input,
): Next => giveUp(state, { reason, error, text }, code, input);

export const miss = (state: State, _event: Event, input: Input): Next =>
  state.name === "connecting"
    ? giveUp(
        state,
        { reason: "timeout", error: "CONNECT_TIMEOUT", text: "no socket in time" },
        closeCodes.normal,
        input,
      )
    : giveUp(
        state,
        { reason: "timeout", error: "HANDSHAKE_TIMEOUT", text: "no welcome in time" },
        closeCodes.authTimeout,
        input,
      );

export const refuse = (state: State, { error: code, text, recovery }: EventOf<"refused">): Next => {
  const error = new ResilientSocketError(code, text);
  return [
    {
      name: "failed",
      code,
      error,
      recovery: { kind: recovery },
      memory: { ...state.memory, lastError: error },
    },
    leaving,
  ];
};

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
  {
    ...state,
    memory: {
      ...state.memory,
      attempt: 0,
      failures: 0,
      failingSinceMs: null,
      previousMs: 0,
      refusals: 0,
      lastError: null,
    },
  },
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
  { minMs, maxMs }: EventOf<"goawayReceived">,
  input: Input,
): Next => {
  const longest = input.policy.maxSpreadMs;
  const min = Math.min(Math.max(minMs, 0), longest);
  return [state, arm("leave", min + Math.max(Math.min(maxMs, longest) - min, 0) * input.dice)];
};
