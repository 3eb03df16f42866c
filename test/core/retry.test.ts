import { describe, expect, it } from "vitest";
import { sampleInput } from "../../src/devtools/samples.ts";
import { breaker } from "../../src/core/breaker.ts";
import type { Input, Policy } from "../../src/core/machine/input.ts";
import { freshMemory, type Memory, type StateOf } from "../../src/core/machine/state.ts";
import { hurry } from "../../src/core/machine/steps.ts";
import { afterLoss, type Loss } from "../../src/core/machine/retry.ts";

const closed: Loss = { reason: "closed", error: "SOCKET_CLOSED", text: "", closeCode: 1006 };
const input = (over: Partial<Input> = {}, policy: Partial<Policy> = {}): Input => ({
  ...sampleInput,
  ...over,
  policy: { ...sampleInput.policy, ...policy },
});
const memory = (over: Partial<Memory> = {}): Memory => ({ ...freshMemory, clientDice: 0.5, ...over });
const connected = (before: Partial<Memory>): StateOf<"connected"> => ({
  name: "connected",
  sinceMs: 0,
  probe: null,
  memory: memory(before),
});
const connecting = (before: Partial<Memory>): StateOf<"connecting"> => ({
  name: "connecting",
  memory: memory(before),
});

/** What follows when an established session was lost … */
const plan = (loss: Partial<Loss>, before: Partial<Memory> = {}, at = input()) =>
  planOf(afterLoss(connected(before), { ...closed, ...loss }, at), at);
/** … or an attempt. */
const planAttempt = (before: Partial<Memory>, at = input()) =>
  planOf(afterLoss(connecting(before), closed, at), at);

/** The next state with the delay, which is both the armed timer's and the state's. */
const planOf = ([next, effect]: ReturnType<typeof afterLoss>, { nowMs }: Input) => {
  if (next.name !== "reconnecting") return { ...next, delayMs: undefined };
  const delayMs = next.retryAtMs - nowMs;
  expect(effect).toMatchObject({ type: "arm", timer: "retry" });
  expect(effect?.type === "arm" && effect.delayMs).toBeCloseTo(delayMs, 3);
  return { ...next, delayMs };
};

describe("what follows a loss", () => {
  it("draws the first retry of an established session from the advised spread (fault 3, fault 18)", () => {
    expect(plan({}, { spreadMs: 60_000 }, input({ dice: 0.25 }))).toMatchObject({
      name: "reconnecting",
      delayMs: 15_000,
    });
  });

  it("follows the policy from the second failure on, capped by the advice: a small deployment is back in seconds", () => {
    const late = planAttempt({ spreadMs: 10, attempt: 9, failingSinceMs: 99_000 });
    expect(late).toMatchObject({ name: "reconnecting", delayMs: 1_000 });
  });

  it("waits at least as long as the server asked for, whatever it had planned (fault 18)", () => {
    expect(plan({ retryAfterMs: 9_000 }, { spreadMs: 1_000 }).delayMs).toBe(9_000);
    expect(plan({ retryAfterMs: 9_000 }, { localCauseAtMs: 99_000 }).delayMs).toBeGreaterThanOrEqual(9_000);
    expect(plan({ retryAfterMs: 10 }, { spreadMs: 60_000 }, input({ dice: 0.25 })).delayMs).toBe(15_000);
  });

  it("is not hurried by a hint before that moment (fault 18, fault 16)", () => {
    const [told] = afterLoss(connected({}), { ...closed, retryAfterMs: 9_000 }, input());
    if (told.name !== "reconnecting") throw new Error(told.name);
    const hurried = hurry(told, { type: "hinted", hint: "online" }, input({ nowMs: input().nowMs + 1_000 }));
    expect(hurried).toMatchObject([{ retryAtMs: told.retryAtMs }]);
    expect(hurried).toHaveLength(1);
  });

  it("asked to wait for a year waits two minutes (fault 74)", () => {
    expect(plan({ retryAfterMs: 3.2e10 }).delayMs).toBe(120_000);
  });

  it("clamps a hostile spread (fault 74)", () => {
    const far = plan({}, { spreadMs: 3.2e10 }, input({ dice: 0.999 }));
    expect(far.delayMs).toBeLessThanOrEqual(120_000);
  });

  it("retries at once after a cause on this side, + 0–250 ms, at most once a second (fault 17, fault 73)", () => {
    const first = plan({}, { spreadMs: 60_000, localCauseAtMs: 99_000 }, input({ dice: 0.5 }));
    expect(first).toMatchObject({ name: "reconnecting", delayMs: 125 });
    const again = plan(
      {},
      { spreadMs: 60_000, localCauseAtMs: 99_000, immediateAtMs: 99_800 },
      input({ dice: 0 }),
    );
    expect(again).toMatchObject({ name: "reconnecting", delayMs: 800 });
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
    expect(plan({ closeCode: code })).toMatchObject({
      name: "failed",
      error: { code: error },
      recovery: { kind },
    });
  });

  it.each([1000, 1001, 1005, 1006, 1009, 1011, 1012, 1013, 1015, 3000, 4000, 4001, 4004, 4014, 4499])(
    "retries after %i (fault 3, fault 4)",
    (code) => {
      for (let refusals = 0; refusals < 9; refusals++)
        expect(plan({ closeCode: code }, { refusals }).name).toBe("reconnecting");
    },
  );

  it.each([1002, 1003, 1007, 1008, 1010])(
    "retries after %i at most three times in a row (fault 5, fault 7)",
    (code) => {
      let before = memory();
      for (let i = 0; i < 3; i++) {
        const next = plan({ closeCode: code }, before);
        expect(next.name).toBe("reconnecting");
        before = next.memory;
      }
      expect(plan({ closeCode: code }, before)).toMatchObject({
        name: "failed",
        error: { code: "CLOSED_BY_SERVER" },
      });
      expect(plan({}, before).memory.refusals).toBe(0);
    },
  );

  it("gives up after maxAttempts, or when the budget is spent; without a policy at once", () => {
    const exhausted = { name: "failed", error: { code: "RETRIES_EXHAUSTED" }, recovery: { kind: "manual" } };
    expect(plan({}, { attempt: 2 }, input({}, { maxAttempts: 3 })).name).toBe("reconnecting");
    expect(plan({}, { attempt: 3 }, input({}, { maxAttempts: 3 }))).toMatchObject(exhausted);
    const spent = input({}, { budgetMs: 10_000 });
    expect(planAttempt({ failingSinceMs: 90_000 }, spent)).toMatchObject(exhausted);
    expect(plan({}, { failingSinceMs: 90_000 }, spent).name).toBe("reconnecting");
    expect(plan({}, {}, input({}, { backoff: null }))).toMatchObject(exhausted);
  });

  it("opens the breaker after 8 failures AND 60 s: one probe per 30 s ± 50 %", () => {
    const policy = { breaker: breaker() };
    const at = (failures: number, failingSinceMs: number) =>
      planAttempt({ failures, failingSinceMs }, input({ dice: 0.5 }, policy));
    expect(at(7, 40_000)).toMatchObject({ reason: "breaker", delayMs: 30_000 });
    expect(at(6, 40_000)).toMatchObject({ reason: "closed" });
    expect(at(7, 41_000)).toMatchObject({ reason: "closed" });
  });

  it("keeps the breaker shut while connections come about, however short they are", () => {
    const policy = { breaker: breaker() };
    const flapping = { attempt: 20, failures: 20, failingSinceMs: 0 };
    const lost = plan({}, flapping, input({}, policy));
    expect(lost).toMatchObject({
      name: "reconnecting",
      reason: "closed",
      memory: { attempt: 21, failures: 0 },
    });
    const next = planAttempt(lost.memory, input({}, policy));
    expect(next).toMatchObject({ reason: "closed", memory: { attempt: 22, failures: 1 } });
  });
});
