import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { tables, withMachine } from "../../scripts/machine.ts";
import { StateTransitionError } from "../../src/core/errors.ts";
import { advance } from "../../src/core/machine/advance.ts";
import { mergeRows } from "../../src/core/machine/mergeRows.ts";
import { resources } from "../../src/core/machine/resources.ts";
import { plainRows } from "../../src/core/machine/transitions.ts";
import { sampleEvents, sampleInput, sampleStates, stateNames } from "../../src/devtools/samples.ts";

const samples = stateNames.flatMap((name) => sampleStates[name]);
const publicCalls = ["connect", "disconnect", "reconnect"];

describe("the machine", () => {
  it("stands in ARCHITECTURE.md as the table has it", () => {
    const document = readFileSync(new URL("../../ARCHITECTURE.md", import.meta.url), "utf8");
    expect(withMachine(document)).toBe(document);
  });

  it("holds every row in one file of at most 150 lines", () => {
    const file = readFileSync(new URL("../../src/core/machine/transitions.ts", import.meta.url), "utf8");
    expect(file.split("\n").length).toBeLessThanOrEqual(150);
    expect(Object.keys(tables.resilient).sort()).toEqual([...stateNames].sort());
  });

  it.each(Object.entries(tables))(
    "defines every public call and every hint in every state (%s)",
    (kind, rows) => {
      for (const state of samples) {
        if (kind === "plain" && ["authenticating", "resuming"].includes(state.name)) continue;
        for (const event of sampleEvents)
          if ([...publicCalls, "hinted", "suspended", "restored"].includes(event.type))
            expect(
              advance(rows, state, event, sampleInput)[0],
              `${state.name} × ${event.type}`,
            ).not.toMatchObject({
              code: "ILLEGAL_TRANSITION",
            });
      }
    },
  );

  it("ends an illegal pair in failed, with a StateTransitionError, and closes the socket", () => {
    const [next, ...effects] = advance(
      tables.resilient,
      sampleStates.disconnected[0]!,
      { type: "resumed" },
      sampleInput,
    );
    expect(next).toMatchObject({ name: "failed", code: "ILLEGAL_TRANSITION" });
    expect(next.name === "failed" && next.error).toBeInstanceOf(StateTransitionError);
    expect(effects).toContainEqual({ type: "closeSocket", code: 1000, reason: "" });
  });

  it("refuses a pair that two sets of rows define", () => {
    expect(() => mergeRows(plainRows, plainRows)).toThrow("defined twice");
  });

  it.each(Object.entries(tables))("arms only timers that the next state declares (%s)", (_, rows) => {
    for (const state of samples)
      for (const event of sampleEvents) {
        const [next, ...effects] = advance(rows, state, event, sampleInput);
        for (const effect of effects)
          if (effect.type === "arm") expect(resources[next.name].timers).toContain(effect.timer);
      }
  });

  it.each(Object.entries(tables))(
    "breaks before it makes: a socket is closed before another opens (%s)",
    (_, rows) => {
      for (const state of samples)
        for (const event of sampleEvents) {
          const [next, ...effects] = advance(rows, state, event, sampleInput);
          const had = resources[state.name].socket && event.type !== "socketLost";
          const kinds = effects.map(({ type }) => type);
          const opens = kinds.indexOf("openSocket");
          if (had && opens >= 0) expect(kinds.indexOf("closeSocket")).toBeLessThan(opens);
          if (had && !resources[next.name].socket) expect(kinds).toContain("closeSocket");
        }
    },
  );

  it("never reconnects after disconnect, whatever network and page say (fault 16)", () => {
    const state = sampleStates.disconnected[0]!;
    for (const event of sampleEvents)
      if (["hinted", "restored", "suspended"].includes(event.type))
        expect(advance(tables.resilient, state, event, sampleInput)).toEqual([state]);
  });

  it("stays in failed until reconnect() or disconnect()", () => {
    const state = sampleStates.failed[0]!;
    expect(advance(tables.resilient, state, { type: "connect" }, sampleInput)[0].name).toBe("failed");
    expect(advance(tables.resilient, state, { type: "reconnect" }, sampleInput)[0].name).toBe("connecting");
  });

  it("forgets failures only after the minimum uptime", () => {
    const failing = { ...sampleStates.connected[0]!.memory, attempt: 4, failingSinceMs: 1 };
    const [opened] = advance(
      tables.plain,
      { name: "connecting", memory: failing },
      { type: "socketOpened" },
      sampleInput,
    );
    expect(opened.memory.attempt).toBe(4);
    expect(advance(tables.plain, opened, { type: "uptimeDue" }, sampleInput)[0].memory.attempt).toBe(0);
  });

  it("leaves at a moment drawn from the goaway window, clamped to the longest spread (fault 4, fault 74)", () => {
    const [state] = sampleStates.connected;
    const leave = (minMs: number, maxMs: number) =>
      advance(tables.resilient, state!, { type: "goawayReceived", minMs, maxMs, site: -1 }, sampleInput)[1];
    expect(leave(1_000, 3_000)).toEqual({ type: "arm", timer: "leave", delayMs: 2_000 });
    expect(leave(1e12, 2e12)).toEqual({ type: "arm", timer: "leave", delayMs: 120_000 });
    expect(leave(-5, -9)).toEqual({ type: "arm", timer: "leave", delayMs: 0 });
  });
});
