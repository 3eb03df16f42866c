import { describe, expect, it } from "vitest";
import { parseAddress, placeOf } from "../../src/server/address.ts";
import { createClientAddress } from "../../src/server/clientAddress.ts";

describe("an address", () => {
  it.each([
    ["127.0.0.1", [127, 0, 0, 1]],
    ["::ffff:10.0.0.1", [10, 0, 0, 1]],
    ["::ffff:a00:1", [10, 0, 0, 1]],
    ["::1", [...Array<number>(15).fill(0), 1]],
    ["::", Array<number>(16).fill(0)],
    ["2001:db8::1%eth0", [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 1]],
    ["1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
  ])("%s is read", (text, bytes) => {
    expect(parseAddress(text)).toEqual(bytes);
  });

  it.each(
    ["", "localhost", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4.5", "1.2.3.4:80", "::1::", "12345::"].concat(
      [
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "1.2.3.4::",
        "::g",
        ":",
        ":::",
        "f".repeat(10_000),
        ":".repeat(60),
      ],
    ),
  )("%s is none, and does not throw (S17, S26)", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it("counts as the place it comes from (S14)", () => {
    expect(placeOf("::ffff:10.0.0.1")).toBe(placeOf("10.0.0.1"));
    expect(placeOf("2001:db8:1:2::3")).toBe(placeOf("2001:db8:1:2:ffff::"));
    expect(placeOf("2001:db8:1:2::3")).not.toBe(placeOf("2001:db8:1:3::3"));
    expect(placeOf("unix")).toBe("unix");
  });
});

describe("who stands behind proxies (S26)", () => {
  const trusted = ["10.0.0.0/8", "192.0.2.7", "fd00::/8", "::ffff:172.16.0.0/108"];
  const addressOf = createClientAddress(trusted);

  it.each([
    ["no header", "10.0.0.1", undefined, "10.0.0.1"],
    ["a peer that is no proxy of ours", "203.0.113.1", "1.1.1.1", "203.0.113.1"],
    ["one proxy", "10.0.0.1", "203.0.113.1", "203.0.113.1"],
    ["a header that the peer had begun", "10.0.0.1", "1.1.1.1, 203.0.113.1", "203.0.113.1"],
    ["a chain", "10.0.0.1", "1.1.1.1, 203.0.113.1, fd12::1, 192.0.2.7", "203.0.113.1"],
    ["mapped addresses", "::ffff:10.0.0.1", "203.0.113.1,::ffff:172.31.0.1", "203.0.113.1"],
    ["nobody but proxies", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["a port", "10.0.0.1", "203.0.113.1:4711", "203.0.113.1"],
    ["a port of IPv6", "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"],
    ["no address at all", "10.0.0.1", "unknown", "10.0.0.1"],
    ["what is no address behind a proxy", "10.0.0.1", "1.1.1.1, _hidden, 10.0.0.2", "10.0.0.2"],
    ["an empty header", "10.0.0.1", "", "10.0.0.1"],
    ["a neighbour of a single address", "192.0.2.8", "1.1.1.1", "192.0.2.8"],
    ["just outside a block", "11.0.0.0", "1.1.1.1", "11.0.0.0"],
    ["no socket address", "", "1.1.1.1", ""],
  ])("%s", (_name, socketAddress, header, expected) => {
    expect(addressOf(socketAddress, header)).toBe(expected);
  });

  it("nobody is trusted unless it is said", () => {
    expect(createClientAddress()("127.0.0.1", "1.1.1.1")).toBe("127.0.0.1");
  });

  it.each([
    "",
    "loopback",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "::/129",
    "10.0.0.0/-1",
    "*",
    7 as never,
  ])("%s as a proxy is INVALID_OPTION: a typo trusts nobody", (block) => {
    expect(() => createClientAddress(["10.0.0.1", block])).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });
});
