import { describe, expect, it } from "vitest";
import type { Cursor } from "../../src/protocol/frames.ts";
import { decideResume, isSnapshotInLog } from "../../src/server/decideResume.ts";
import type { LogEvent, LogSlice } from "../../src/server/store/LogStore.ts";

const tail = (seq: number) => (seq === 0 ? "" : `t${seq}`);
const event = (seq: number): LogEvent => ({
  channel: "c",
  epoch: "e",
  seq,
  tail: tail(seq),
  prev: tail(seq - 1),
  lam: seq,
  d: "0",
  storedAt: 0,
});

/** A log whose events `first … head` are stored, read from `from` inclusive. */
function read(from: number, { first = 1, head = 10 } = {}): LogSlice {
  const events: LogEvent[] = [];
  for (let seq = Math.max(from, first); seq <= head; seq++) events.push(event(seq));
  return { epoch: "e", seq: head, tail: tail(head), lam: head, first, events };
}

const at = (seq: number, more: Partial<Cursor> = {}): Cursor => ({
  epoch: "e",
  seq,
  tail: tail(seq),
  ...more,
});
const decide = (cursor: Cursor, log = {}, maxGap = 5000) => {
  const decision = decideResume(cursor, read(cursor.seq, log), maxGap);
  return decision.status === "delta" ? "delta" : decision.reason;
};

describe("P4.3 the resume decision", () => {
  it.each([
    ["a cursor at the head continues", at(10), {}, "delta"],
    ["a cursor in the log continues", at(4), {}, "delta"],
    ["a cursor before the first event continues", at(0), {}, "delta"],
    ["another epoch never continues (fault 53)", at(4, { epoch: "x" }), {}, "epoch_changed"],
    ["the epoch is asked before the place", at(99, { epoch: "x" }), {}, "epoch_changed"],
    ["a cursor ahead of the head is an anomaly (fault 50)", at(11), {}, "ahead_of_server"],
    ["another tail at the same seq is a fork (fault 50)", at(4, { tail: "x" }), {}, "forked"],
    ["another tail at the head is a fork", at(10, { tail: "x" }), {}, "forked"],
    ["a tail at seq 0 is a fork", at(0, { tail: "x" }), {}, "forked"],
    ["a trimmed place cannot be checked (fault 54)", at(4), { first: 6 }, "trimmed"],
    ["the place right before the first stored event can, by prev", at(5), { first: 6 }, "delta"],
    ["and is a fork when prev says so", at(5, { tail: "x" }), { first: 6 }, "forked"],
    ["the head is known although everything is trimmed", at(10), { first: 11 }, "delta"],
    ["below it everything is trimmed", at(9), { first: 11 }, "trimmed"],
    ["an empty log continues at 0", at(0), { head: 0 }, "delta"],
  ] as const)("%s", (_name, cursor, log, expected) => {
    expect(decide(cursor, log)).toBe(expected);
  });

  it("a gap above the limit is too large; one at the limit is not", () => {
    expect([decide(at(5), {}, 5), decide(at(4), {}, 5)]).toEqual(["delta", "gap_too_large"]);
  });
});

describe("P4.5 the place of a snapshot", () => {
  const isIn = (cursor: Cursor, log = {}) => isSnapshotInLog(cursor, read(cursor.seq, log));

  it("must be in the log, or right before its first event", () => {
    expect([isIn(at(4)), isIn(at(10)), isIn(at(5), { first: 6 })]).toEqual([true, true, true]);
    expect([isIn(at(11)), isIn(at(4), { first: 6 }), isIn(at(4, { epoch: "x" }))]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("must not stem from before a rollback: the new fork's label would lie", () => {
    expect(isIn(at(4, { tail: "x" }))).toBe(false);
  });
});
