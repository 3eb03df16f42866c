import { describe, expect, it } from "vitest";
import type { ElectionEvent, ElectionInput } from "../../src/core/election/events.ts";
import { type Election, newcomer } from "../../src/core/election/state.ts";
import { elect } from "../../src/core/election/table.ts";

const input: ElectionInput = { nowMs: 0, dice: 0, isHidden: false, isPressed: false };
const group = "group";
const leadHeard = (term: number): ElectionEvent => ({ type: "leadHeard", from: "other", group, term });

/** Where a tab stands after these, and what it does about the last of them. */
const after = (
  events: readonly ElectionEvent[],
  at: (i: number) => Partial<ElectionInput> = () => ({}),
): { readonly state: Election; readonly effects: readonly string[] } => {
  let state = newcomer("me");
  let effects: readonly string[] = [];
  events.forEach((event, i) => {
    const [next, ...done] = elect(state, event, { ...input, ...at(i) });
    state = next;
    effects = done.map((effect) => ("term" in effect ? `${effect.type} ${effect.term}` : effect.type));
  });
  return { state, effects };
};
const joined: ElectionEvent = { type: "joined" };
const leading: readonly ElectionEvent[] = [
  joined,
  leadHeard(4),
  { type: "granted" },
  { type: "termTaken", group, term: 5 },
];

describe("terms (fault 34, fault 36)", () => {
  it("leads under the term that was taken, and says so", () => {
    expect(after(leading)).toMatchObject({
      state: { name: "leading", term: 5 },
      effects: ["post", "lead 5"],
    });
  });

  it("does not follow a voice from the past", () => {
    const { state, effects } = after([joined, leadHeard(4), leadHeard(3)]);
    expect(state).toMatchObject({ leader: { term: 4 }, known: { seenTerm: 4 } });
    expect(effects).toEqual([]);
  });

  it("steps down for a higher term, gives the lock back and queues again", () => {
    const { state, effects } = after([...leading, leadHeard(6)]);
    expect(state).toMatchObject({ name: "waiting", leader: { id: "other", term: 6 } });
    expect(effects).toEqual(["arm", "stepDown", "releaseLock", "queueForLock", "follow"]);
  });

  it("goes on leading when a lower term is heard", () => {
    expect(after([...leading, leadHeard(4)])).toMatchObject({ state: { name: "leading" }, effects: [] });
  });

  it("takes another term when a higher one is known by the time it is written", () => {
    const { state, effects } = after([
      ...leading,
      { type: "fenced", highest: 9 },
      { type: "termTaken", group, term: 7 },
    ]);
    expect(state).toMatchObject({ name: "taking" });
    expect(effects).toContain("takeTerm");
  });

  it("outbids what the server knows while the lock is its own", () => {
    const { state } = after([...leading, { type: "fenced", highest: 9 }]);
    expect(state).toMatchObject({ name: "taking", atLeast: 9 });
  });

  it("outbids whom it cannot hear ever slower, so that two such tabs take turns instead of fighting for each moment", () => {
    let nowMs = 0;
    const dues: number[] = [];
    let [state] = [after(leading).state];
    const turn = (event: ElectionEvent) => {
      const [next, ...effects] = elect(state, event, { ...input, nowMs });
      state = next;
      return effects;
    };
    for (let term = 6; dues.length < 6; term += 2) {
      const [armed] = turn({ type: "fenced", highest: term });
      if (armed?.type === "arm") {
        expect(armed.timer).toBe("outbid");
        // What is refused meanwhile changes nothing.
        expect(turn({ type: "fenced", highest: term })).toEqual([armed]);
        nowMs += armed.delayMs;
        turn({ type: "outbidDue" });
      }
      dues.push(nowMs);
      expect(state).toMatchObject({ name: "taking", atLeast: term });
      turn({ type: "termTaken", group, term: term + 1 });
    }
    expect(dues).toEqual([0, 10_000, 30_000, 70_000, 150_000, 310_000]);
    nowMs += 330_000;
    turn({ type: "fenced", highest: 99 });
    expect(state).toMatchObject({ name: "taking", known: { outbidPauseMs: 20_000 } });
  });
});

describe("a leader that does not answer (fault 22, fault 35, fault 37)", () => {
  const missed: readonly ElectionEvent[] = [joined, leadHeard(1), { type: "pingDue" }, { type: "pongDue" }];

  it("is not missed by a page that slept itself", () => {
    const slept = after(missed, (i) => (i === 3 ? { nowMs: 60_000 } : {}));
    expect(slept.state).toMatchObject({ watch: { kind: "asked", misses: 0 } });
    expect(after(missed, (i) => (i === 3 ? { nowMs: 800 } : {})).state).toMatchObject({
      watch: { kind: "asked", misses: 1 },
    });
  });

  it("is missed by a hidden page, whose timers come once a minute", () => {
    const late = after(missed, (i) => (i === 3 ? { nowMs: 60_000, isHidden: true } : { isHidden: true }));
    expect(late.state).toMatchObject({ watch: { kind: "asked", misses: 1 } });
  });

  it("is robbed only after a task of the robber's own has run", () => {
    const aiming: readonly ElectionEvent[] = [
      ...missed,
      { type: "locksRead", isHeld: true },
      { type: "pongDue" },
      { type: "stealDue" },
    ];
    const { state, effects } = after(aiming);
    expect(state).toMatchObject({ watch: { kind: "proving" } });
    expect(effects).toEqual(["proveAlive"]);
    const nonce = (state as { readonly watch: { readonly nonce: number } }).watch.nonce;
    expect(after([...aiming, { type: "provenAlive", nonce: nonce + 1 }]).effects).toEqual([]);
    expect(after([...aiming, { type: "provenAlive", nonce }]).effects).toContain("stealLock");
  });
});
