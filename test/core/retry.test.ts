import { describe, expect, it } from "vitest";
import { sampleInput } from "../../scripts/machine.ts";
import type { Input, Policy } from "../../src/core/machine/input.ts";
import { freshMemory, type Memory } from "../../src/core/machine/state.ts";
import { type Loss, planRetry } from "../../src/core/retry.ts";

const closed: Loss = { reason: "closed", error: "SOCKET_CLOSED", text: "", code: 1006, established: true };
const input = (over: Partial<Input> = {}, policy: Partial<Policy> = {}): Input => ({
  ...sampleInput,
  ...over,
  policy: { ...sampleInput.policy, ...policy },
});
const memory = (over: Partial<Memory> = {}): Memory => ({ ...freshMemory, clientDice: 0.5, ...over });
const plan = (loss: Partial<Loss>, before: Partial<Memory> = {}, at = input()) =>
  planRetry(memory(before), { ...closed, ...loss }, at);

describe("what follows a loss", () => {
  it("draws the first retry of an established session from the advised spread (fault 3, fault 18)", () => {
    expect(plan({}, { spreadMs: 60_000 }, input({ dice: 0.25 }))).toMatchObject({
      kind: "wait",
      delayMs: 15_000,
    });
  });

  it("follows the policy from the second failure on, capped by the advice: a small deployment is back in seconds", () => {
    const late = plan({ established: false }, { spreadMs: 10, attempt: 9, failingSinceMs: 99_000 });
    expect(late).toMatchObject({ kind: "wait", delayMs: 1_000 });
  });

  it("clamps a hostile spread (fault 74)", () => {
    const far = plan({}, { spreadMs: 3.2e10 }, input({ dice: 0.999 }));
    expect(far.kind === "wait" && far.delayMs).toBeLessThanOrEqual(120_000);
  });

  it("retries at once after a cause on this side, + 0–250 ms, at most once a second (fault 17, fault 73)", () => {
    const first = plan({}, { spreadMs: 60_000, localCauseAtMs: 99_000 }, input({ dice: 0.5 }));
    expect(first).toMatchObject({ kind: "wait", delayMs: 125 });
    const again = plan(
      {},
      { spreadMs: 60_000, localCauseAtMs: 99_000, immediateAtMs: 99_800 },
      input({ dice: 0 }),
    );
    expect(again).toMatchObject({ kind: "wait", delayMs: 800 });
  });

  it("counts a missed heartbeat as such a cause", () => {
    expect(plan({ reason: "heartbeat" }, { spreadMs: 60_000 })).toMatchObject({
      delayMs: 125,
      reason: "heartbeat",
    });
  });

  it.each([
    [4501, "UNAUTHORISED", "sign-in"],
    [4503, "FORBIDDEN", "sign-in"],
    [4505, "VERSION_UNSUPPORTED", "update-app"],
    [4500, "PROTOCOL_ERROR", "manual"],
    [4999, "CLOSED_BY_SERVER", "manual"],
  ] as const)("ends at %i with %s and recovery %s (fault 5)", (code, error, kind) => {
    expect(plan({ code })).toMatchObject({ kind: "fail", error: { code: error }, recovery: { kind } });
  });

  it.each([1000, 1001, 1005, 1006, 1009, 1011, 1012, 1013, 1015, 3000, 4000, 4001, 4004, 4014, 4499])(
    "retries after %i (fault 3, fault 4)",
    (code) => {
      for (let refusals = 0; refusals < 9; refusals++) expect(plan({ code }, { refusals }).kind).toBe("wait");
    },
  );

  it.each([1002, 1003, 1007, 1008, 1010])(
    "retries after %i at most three times in a row (fault 5, fault 7)",
    (code) => {
      let before = memory();
      for (let i = 0; i < 3; i++) {
        const next = planRetry(before, { ...closed, code }, input());
        expect(next.kind).toBe("wait");
        before = next.memory;
      }
      expect(planRetry(before, { ...closed, code }, input())).toMatchObject({
        kind: "fail",
        error: { code: "CLOSED_BY_SERVER" },
      });
      expect(planRetry(before, closed, input()).memory.refusals).toBe(0);
    },
  );

  it("gives up after maxAttempts, or when the budget is spent; without a policy at once", () => {
    const exhausted = { kind: "fail", error: { code: "RETRIES_EXHAUSTED" }, recovery: { kind: "manual" } };
    expect(plan({}, { attempt: 2 }, input({}, { maxAttempts: 3 })).kind).toBe("wait");
    expect(plan({}, { attempt: 3 }, input({}, { maxAttempts: 3 }))).toMatchObject(exhausted);
    const spent = input({}, { budgetMs: 10_000 });
    expect(plan({ established: false }, { failingSinceMs: 90_000 }, spent)).toMatchObject(exhausted);
    expect(plan({ established: true }, { failingSinceMs: 90_000 }, spent).kind).toBe("wait");
    expect(plan({}, {}, input({}, { backoff: null }))).toMatchObject(exhausted);
  });

  it("opens the breaker after 8 failures AND 60 s: one probe per 30 s ± 50 %", () => {
    const breaker = { failures: 8, minSilenceMs: 60_000, probeMs: 30_000 };
    const at = (failures: number, failingSinceMs: number) =>
      plan({ established: false }, { failures, failingSinceMs }, input({ dice: 0.5 }, { breaker }));
    expect(at(7, 40_000)).toMatchObject({ reason: "breaker", delayMs: 30_000 });
    expect(at(6, 40_000)).toMatchObject({ reason: "closed" });
    expect(at(7, 41_000)).toMatchObject({ reason: "closed" });
  });

  it("keeps the breaker shut while connections come about, however short they are", () => {
    const breaker = { failures: 8, minSilenceMs: 60_000, probeMs: 30_000 };
    const flapping = { attempt: 20, failures: 20, failingSinceMs: 0 };
    const lost = plan({ established: true }, flapping, input({}, { breaker }));
    expect(lost).toMatchObject({ kind: "wait", reason: "closed", memory: { attempt: 21, failures: 0 } });
    const next = planRetry(lost.memory, { ...closed, established: false }, input({}, { breaker }));
    expect(next).toMatchObject({ reason: "closed", memory: { attempt: 22, failures: 1 } });
  });
});
