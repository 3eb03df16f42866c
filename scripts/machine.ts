/** Draws the machine from its table: `node scripts/machine.ts` rewrites the generated part of ARCHITECTURE.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { perClient } from "../src/core/backoff.ts";
import { advance } from "../src/core/machine/advance.ts";
import type { Event } from "../src/core/machine/events.ts";
import type { Input } from "../src/core/machine/input.ts";
import { mergeRows } from "../src/core/machine/mergeRows.ts";
import { resources } from "../src/core/machine/resources.ts";
import { freshMemory, type State } from "../src/core/machine/state.ts";
import { ignored, type Rows } from "../src/core/machine/step.ts";
import {
  heartbeatRows,
  hintRows,
  plainRows,
  resilientRows,
  socketRows,
  tabRows,
} from "../src/core/machine/transitions.ts";

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

/** Every feature's rows together, for each protocol. */
export const tables = {
  resilient: mergeRows(socketRows, resilientRows, heartbeatRows, hintRows, tabRows),
  plain: mergeRows(socketRows, plainRows, heartbeatRows, hintRows, tabRows),
};

/** Where the sample events lead from a state. */
const exits = (rows: Rows, name: State["name"]): ReadonlyMap<State["name"], ReadonlySet<Event["type"]>> => {
  const exits = new Map<State["name"], Set<Event["type"]>>();
  for (const state of sampleStates[name])
    for (const event of sampleEvents) {
      const step = (rows[name] as Record<string, unknown> | undefined)?.[event.type];
      if (!step || step === ignored) continue;
      const [next, ...effects] = advance(rows, state, event, sampleInput);
      if (next.name === name && !effects.some(({ type }) => type === "openSocket")) continue;
      exits.set(next.name, (exits.get(next.name) ?? new Set()).add(event.type));
    }
  return exits;
};

/** States that a table has rows for and never enters are not drawn: plain mode has no handshake. */
const edges = (rows: Rows): string[] => {
  const reached = new Set<State["name"]>(["disconnected"]);
  for (const name of reached) for (const next of exits(rows, name).keys()) reached.add(next);
  return stateNames
    .filter((name) => reached.has(name))
    .flatMap((name) =>
      [...exits(rows, name)].map(([next, events]) => `  ${name} --> ${next}: ${[...events].join(", ")}`),
    );
};

const cell = (rows: Rows, name: State["name"], type: Event["type"]): string => {
  const step = (rows[name] as Record<string, unknown> | undefined)?.[type];
  if (!step) return "illegal";
  return step === ignored ? "–" : (step as { name: string }).name;
};

/** The diagrams and tables of ARCHITECTURE.md. */
const drawMachine = (): string => {
  const rows = tables.resilient;
  const types = [...new Set(sampleEvents.map(({ type }) => type))];
  const diagram = (title: string, lines: readonly string[]): string =>
    [`**${title}**`, "", "```mermaid", "stateDiagram-v2", "  [*] --> disconnected", ...lines, "```"].join(
      "\n",
    );
  const table = [
    `| event | ${stateNames.join(" | ")} |`,
    `| --- |${" --- |".repeat(stateNames.length)}`,
    ...types.map((type) => `| ${type} | ${stateNames.map((name) => cell(rows, name, type)).join(" | ")} |`),
  ].join("\n");
  const held = [
    "| state | timers that may live | of them, as long as it lasts | abort signals | socket | network and page listeners |",
    "| --- | --- | --- | --- | --- | --- |",
    ...stateNames.map((name) => {
      const { timers, lasting, signals, socket, sensors } = resources[name];
      const lists = [timers, lasting, signals].map((list) => list.join(", ") || "none").join(" | ");
      return `| ${name} | ${lists} | ${socket ? "one" : "none"} | ${sensors ? "yes" : "no"} |`;
    }),
  ].join("\n");
  return [
    diagram("`resilient.v1`", edges(rows)),
    diagram("plain mode", edges(tables.plain)),
    "**Every pair.** A name is the step that runs, – is ignored, illegal ends in `failed`.",
    table,
    "**What each state holds.**",
    held,
  ].join("\n\n");
};

const marks = ["<!-- machine:begin -->", "<!-- machine:end -->"] as const;

/** The document with its generated part renewed. */
export const withMachine = (document: string): string => {
  const [before = "", rest = ""] = document.split(marks[0]);
  return `${before}${marks[0]}\n\n${drawMachine()}\n\n${marks[1]}${rest.split(marks[1])[1] ?? ""}`;
};

if (import.meta.main) {
  const path = new URL("../ARCHITECTURE.md", import.meta.url);
  writeFileSync(path, withMachine(readFileSync(path, "utf8")));
}
