import { describe, expect, it } from "vitest";
import { fnv1a, type GroupOf, tabsKey } from "../../../src/client/tabs/groupKey.ts";

describe("the key of a group", () => {
  it("is one for all tabs of an endpoint, an identity and a partition, and another for any other", () => {
    const groups: GroupOf[] = [
      { name: "api" },
      { name: "api2" },
      { name: "api", identity: "" },
      { name: "api", identity: "ada" },
      { name: "api", identity: "Ada" },
      { name: "api", identity: "ada", partition: "1" },
      { name: "api", identity: "ada1" },
      { name: "api", partition: "ada" },
      { name: 'api","ada', identity: "x" },
      { name: "api", identity: 'ada","x' },
      { name: "api", identity: "\ud800" },
      { name: "api", identity: "\udc00" },
    ];
    expect(new Set(groups.map(tabsKey)).size).toBe(groups.length);
    expect(tabsKey({ name: "api", identity: "ada" })).toBe(tabsKey({ identity: "ada", name: "api" }));
    expect(tabsKey({ name: "api", identity: undefined })).toBe(tabsKey({ name: "api" }));
  });

  it("tells nobody who the user is (S23)", () => {
    expect(tabsKey({ name: "api", identity: "ada@example.org" })).toMatch(
      /^resilient-socket tabs 1 [\da-f]{32}$/,
    );
  });

  it("hashes as the reference does", () => {
    expect(["", "a", "foobar"].map(fnv1a)).toEqual([
      "6c62272e07bb014262b821756295c58d",
      "d228cb696f1a8caf78912b704e4a8964",
      "343e1662793c64bf6f0d3597ba446f18",
    ]);
  });
});
