/** Draws the machine from its table: `node scripts/machine.ts` rewrites the generated part of ARCHITECTURE.md. */
import { readFileSync, writeFileSync } from "node:fs";
import {
  type Event,
  heartbeatRows,
  hintRows,
  ignored,
  mergeRows,
  plainRows,
  resilientRows,
  resources,
  type Rows,
  socketRows,
  type State,
  tabRows,
} from "../src/client/machineTable.ts";
import { edgesOf } from "../src/devtools/edges.ts";
import { sampleEvents, stateNames } from "../src/devtools/samples.ts";

/** Every feature's rows together, for each protocol. */
export const tables = {
  resilient: mergeRows(socketRows, resilientRows, heartbeatRows, hintRows, tabRows),
  plain: mergeRows(socketRows, plainRows, heartbeatRows, hintRows, tabRows),
};

const edges = (rows: Rows): string[] =>
  edgesOf(rows).map(({ from, to, events }) => `  ${from} --> ${to}: ${events.join(", ")}`);

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
