/** The last half minute as a test in the simulated world: what the user, the network and the server did, in order. */
import type { Moment } from "./moments.ts";
import type { Recorder } from "./recorder.ts";
import type { Trace } from "./traces.ts";

export interface StoryOptions {
  /** Default 30 000. */
  readonly lastMs?: number | undefined;
  /** Real payloads. Default false: texts of the same size. */
  readonly payloads?: boolean | undefined;
}

interface Happening {
  /** Unix ms. */
  readonly at: number;
  readonly lines: readonly string[];
  /** A message: equal ones that follow each other are told once. */
  readonly send?: string;
}

const text = (value: unknown): string => JSON.stringify(value);

const payloadOf = ({ payload, bytes }: Trace, real: boolean): string => {
  if (real) return text(payload) ?? "null";
  return bytes > 24 ? `"x".repeat(${Math.max(0, bytes - 2)})` : text("x".repeat(Math.max(0, bytes - 2)));
};

const sends = ({ traces, inspection }: Recorder, real: boolean): Happening[] => {
  const { clock } = inspection.ports;
  const offsetMs = clock.wallMs() - clock.nowMs();
  return [...traces.get()].reverse().flatMap((trace) => {
    const { queuedMs, settledMs, channel } = trace;
    const atMs = queuedMs ?? settledMs;
    if (atMs === undefined) return [];
    const options = channel === "default" ? "" : `, { channel: ${text(channel)} }`;
    return [{ at: atMs + offsetMs, lines: [], send: `tab.send(${payloadOf(trace, real)}${options})` }];
  });
};

/** The attempt that begins here ends without a connection. */
const failsFrom = (moments: readonly Moment[], at: number): boolean => {
  for (const { to } of moments.slice(at + 1)) {
    if (to === "connected" || to === "authenticating" || to === "resuming") return false;
    if (to === "reconnecting" || to === "failed") return true;
  }
  return false;
};

/** What made the machine take this step, in the words of the simulated world. */
const causesOf = (moments: readonly Moment[], at: number): readonly string[] => {
  const { event, from, to, step } = moments[at] as Moment;
  const told = step?.event;
  switch (event) {
    case "connect":
      return ["tab.connect();"];
    case "reconnect":
    case "leaveDue":
      return ["tab.reconnect();"];
    case "disconnect":
      return [
        told && "reason" in told && told.reason === "logout" ? "await tab.logout();" : "tab.disconnect();",
      ];
    case "suspended":
      return ["tab.freeze();"];
    case "restored":
      return ["tab.resume();"];
    case "hinted":
      return told?.type === "hinted" ? [`tab.page.hint(${text(told.hint)});`] : [];
    case "socketLost": {
      const isRefused = from === "connecting";
      const code = told?.type === "socketLost" ? told.code : 1006;
      const why = code === 1006 || code === 0 ? "" : ` // it was closed with ${code}`;
      const next = failsFrom(moments, at) ? ["world.network.refuse(true);"] : [];
      return isRefused ? [] : [`world.network.cut();${why}`, ...next];
    }
    case "retryDue":
      return failsFrom(moments, at) ? [] : ["world.network.refuse(false);"];
    case "heartbeatDue":
      return to === "reconnecting" ? ["world.network.resume();"] : [];
    case "attemptFailed":
    case "refused":
      return [`// the attempt ended: ${told && "error" in told ? String(told.error) : event}`];
    default:
      return [];
  }
};

/** A silence began when the last thing was heard. */
const silences = ({ inspection }: Recorder, moments: readonly Moment[]): Happening[] => {
  const { clock } = inspection.ports;
  const offsetMs = clock.wallMs() - clock.nowMs();
  return moments.flatMap(({ event, to, step }) =>
    event === "heartbeatDue" && to === "reconnecting" && step
      ? [{ at: step.input.receivedAtMs + offsetMs, lines: ["world.network.stall();"] }]
      : [],
  );
};

const advance = (ms: number): string[] => (ms < 1 ? [] : [`await world.advance(${Math.round(ms)});`]);

/** Runs of the same message become loops. */
const write = (happenings: readonly Happening[], from: number, until: number): string[] => {
  const lines: string[] = [];
  let nowMs = from;
  for (let i = 0; i < happenings.length;) {
    const { at, send, lines: own } = happenings[i] as Happening;
    let end = i + 1;
    while (send !== undefined && happenings[end]?.send === send) end++;
    const times = end - i;
    const lastAt = happenings[end - 1]?.at ?? at;
    lines.push(...advance(at - nowMs));
    if (send === undefined) lines.push(...own);
    else if (times === 1) lines.push(`receipts.push(${send});`);
    else {
      const everyMs = (lastAt - at) / (times - 1);
      const rest = everyMs >= 1 ? ` await world.advance(${Math.round(everyMs)});` : "";
      lines.push(`for (let n = 0; n < ${times}; n++) {`, `  receipts.push(${send});${rest}`, "}");
    }
    nowMs = Math.max(nowMs, lastAt);
    i = end;
  }
  return [...lines, ...advance(until - nowMs)];
};

/** The text of a Vitest test file. It needs nothing but this package. */
export const tellStory = (recorder: Recorder, options: StoryOptions = {}): string => {
  const { lastMs = 30_000, payloads = false } = options;
  const { inspection, client, channels } = recorder;
  const until = inspection.ports.clock.wallMs();
  const from = until - lastMs;
  const moments = recorder.moments.get().filter(({ at }) => at >= from);
  const told = moments.map(({ at }, i): Happening => ({ at, lines: causesOf(moments, i) }));
  const happenings = [...told, ...silences(recorder, moments), ...sends(recorder, payloads)]
    .filter(({ at, lines, send }) => at >= from && (send !== undefined || lines.length))
    .sort((a, b) => a.at - b.at);
  const began = moments[0]?.from ?? client.state.get().name;
  const isUnderWay = began !== "disconnected" && began !== "failed";
  const { capacity } = inspection.outbox.limits;
  const outbox =
    Number.isFinite(capacity) && capacity !== 1_000 ? `{ outbox: { capacity: ${capacity} } }` : "";
  const end = client.state.get().name;
  const body = [
    "const world = createWorld();",
    `const tab = world.openTab(${outbox});`,
    "const receipts: Receipt[] = [];",
    ...channels.get().map(({ name }) => `tab.subscribe(${text(name)}, () => undefined);`),
    ...(isUnderWay ? ["tab.connect();", "await world.advance(1_000);"] : []),
    "",
    ...write(happenings, happenings[0]?.at ?? until, until),
    "",
    "// Where it stood; write down what you expected instead.",
    `expect(await world.runUntil(() => tab.state.get().name === ${text(end)})).toBe(true);`,
    ...(end === "connected"
      ? ["expect(await world.runUntil(() => tab.outbox.state.get().depth === 0)).toBe(true);"]
      : []),
    "const settled = receipts.map(({ status }) => status.get().kind);",
    `expect(settled).toHaveLength(${happenings.filter(({ send }) => send !== undefined).length});`,
    "await world.close();",
  ];
  return [
    'import { expect, it } from "vitest";',
    'import type { Receipt } from "resilient-socket";',
    'import { createWorld } from "resilient-socket/testing";',
    "",
    'it("goes through what happened", async () => {',
    ...body.map((line) => (line ? `  ${line}` : "")),
    "});",
    "",
  ].join("\n");
};
