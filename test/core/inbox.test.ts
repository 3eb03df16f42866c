import { describe, expect, it } from "vitest";
import { place } from "../../src/core/inbox.ts";

const cursor = { epoch: "e", seq: 5, tail: "t5" };
const at = (seq: number, prev: string, hid?: number) =>
  place(cursor, { seq, tail: `t${seq}`, prev, lam: seq, ...(hid !== undefined && { hid }) });

describe("where an event stands", () => {
  it("applies what follows the tail it stands at, whatever else it says (P1.3)", () => {
    expect(at(6, "t5")).toBe("next");
    expect(at(6, "x5")).toBe("fork");
    expect(at(7, "t6")).toBe("gap");
    expect(at(5, "t4")).toBe("seen");
    expect(at(2, "x1")).toBe("seen");
    expect(place({ ...cursor, tail: "x5" }, { seq: 5, tail: "t5", prev: "t4", lam: 5 })).toBe("fork");
  });

  it("takes a run of hidden events as one step, from the tail before its first (P7.8)", () => {
    expect(at(8, "t5", 3)).toBe("next");
    expect(at(8, "x5", 3)).toBe("fork");
    expect(at(9, "t6", 3)).toBe("gap");
    expect(at(5, "t1", 4)).toBe("seen");
  });

  it("has the log read for a run that begins at or before the cursor: there is no tail to compare (P7.8)", () => {
    expect(at(7, "t3", 4)).toBe("gap");
    expect(at(7, "t5", 9)).toBe("gap");
  });
});
