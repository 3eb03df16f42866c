/** One of everything the machine knows: the diagram is drawn by trying each event in each state. */
import {
  type Event,
  freshMemory,
  type Input,
  perClient,
  resources,
  type State,
} from "../client/machineTable.ts";

export const stateNames = Object.keys(resources) as State["name"][];
const memory = { ...freshMemory, clientDice: 0.5 };

/** One of each state, and the variants that decide differently. */
export const sampleStates: Readonly<Record<State["name"], readonly State[]>> = {
  disconnected: [
    { name: "disconnected", reason: "requested", memory },
    { name: "disconnected", reason: "suspended", memory },
  ],
  connecting: [{ name: "connecting", memory }],
  authenticating: [{ name: "authenticating", memory }],
  resuming: [{ name: "resuming", memory, probe: { sentAtMs: 0, timeoutMs: 1 } }],
  connected: [{ name: "connected", memory, sinceMs: 0, probe: { sentAtMs: 0, timeoutMs: 1 } }],
  reconnecting: [{ name: "reconnecting", memory, reason: "closed", retryAtMs: 1e9 }],
  failed: [
    {
      name: "failed",
      memory,
      code: "CLOSED_BY_SERVER",
      error: new Error() as never,
      recovery: { kind: "manual" },
    },
  ],
};

export const sampleEvents: readonly Event[] = [
  { type: "connect" },
  { type: "disconnect", reason: "requested" },
  { type: "reconnect" },
  { type: "socketOpened" },
  { type: "socketLost", code: 1006, text: "" },
  { type: "socketLost", code: 4501, text: "" },
  { type: "welcomed", spreadMs: 1_000 },
  { type: "resumed" },
  { type: "attemptFailed", reason: "auth", code: 1000, error: "AUTH_FAILED", text: "" },
  { type: "refused", error: "NOT_RESILIENT", text: "", recovery: "manual" },
  { type: "goawayReceived", minMs: 0, maxMs: 1_000, site: -1 },
  { type: "deadlineDue" },
  { type: "retryDue" },
  { type: "heartbeatDue" },
  { type: "uptimeDue" },
  { type: "leaveDue" },
  { type: "hinted", hint: "visible" },
  { type: "idled" },
  { type: "suspended" },
  { type: "restored" },
  ...(["connected", "reconnecting", "failed"] as const).map((name): Event => {
    const [state] = sampleStates[name];
    return { type: "adopted", state: state as State };
  }),
];

export const sampleInput: Input = {
  nowMs: 100_000,
  dice: 0.5,
  receivedAtMs: -1,
  rttMs: 0,
  hidden: true,
  idle: true,
  heartbeat: { intervalMs: 25_000, timeoutMs: 10_000 },
  policy: {
    backoff: perClient(),
    maxAttempts: Infinity,
    budgetMs: Infinity,
    firstRetrySpreadMs: 0,
    maxSpreadMs: 120_000,
    minUptimeMs: 5_000,
    breaker: null,
    connectMs: 10_000,
    handshakeMs: 10_000,
    resumeMs: 10_000,
  },
};
