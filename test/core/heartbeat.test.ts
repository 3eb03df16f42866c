import { describe, expect, it } from "vitest";
import { hintProbe, judgePulse } from "../../src/core/machine/heartbeat.ts";

const policy = { intervalMs: 25_000, timeoutMs: 10_000 };

describe("the pulse", () => {
  it("waits while something was heard within the interval", () => {
    expect(judgePulse(30_000, 20_000, null, false, policy)).toEqual({
      dead: false,
      probe: null,
      send: false,
      checkInMs: 15_000,
    });
  });

  it("probes after an interval of silence and calls the socket dead a timeout later (fault 1, fault 14)", () => {
    const asked = judgePulse(25_000, 0, null, false, policy);
    expect(asked).toMatchObject({ dead: false, send: true, checkInMs: 10_000 });
    const probe = asked.dead ? null : asked.probe;
    expect(judgePulse(34_999, 0, probe, false, policy)).toMatchObject({ dead: false, checkInMs: 1 });
    expect(judgePulse(35_000, 0, probe, false, policy)).toEqual({ dead: true });
  });

  it("judges by elapsed time: a timer that comes an hour late probes first (fault 19, fault 21)", () => {
    expect(judgePulse(3_600_000, 0, null, false, policy)).toMatchObject({ dead: false, send: true });
  });

  it("lives again when anything was received after the probe", () => {
    expect(judgePulse(35_000, 26_000, { sentAtMs: 25_000, timeoutMs: 10_000 }, false, policy)).toMatchObject({
      dead: false,
      probe: null,
      checkInMs: 16_000,
    });
  });

  it("waits at least 70 s for an answer while the page is hidden (fault 21)", () => {
    const probe = { sentAtMs: 0, timeoutMs: 10_000 };
    expect(judgePulse(69_999, -1, probe, true, policy).dead).toBe(false);
    expect(judgePulse(70_000, -1, probe, true, policy).dead).toBe(true);
  });

  it("wants the answer to a hint within four round trips, at least 2.5 s", () => {
    expect(hintProbe(0, 100, policy).timeoutMs).toBe(2_500);
    expect(hintProbe(0, 1_500, policy).timeoutMs).toBe(6_000);
    expect(hintProbe(0, 60_000, policy).timeoutMs).toBe(10_000);
  });
});
