import { describe, expect, it } from "vitest";
import { readTabMessage } from "../../../src/client/tabs/tabMessage.ts";

const up = (...items: readonly unknown[]): unknown => ({
  t: "up",
  from: "follower",
  to: "me",
  era: 1,
  producers: ["p"],
  items,
});

describe("what a follower posts for the server", () => {
  it.each([
    ["a WebSocket message", '{"t":"ping"}'],
    ["bytes", new ArrayBuffer(2)],
    ["a blob", new Blob(["x"])],
    ["a question about a channel", { t: "sub", c: "room", since: "now" }],
    ["a field of tomorrow", { t: "unsub", c: "room", why: "later" }],
  ])("is read: %s", (_, item) => {
    expect(readTabMessage(up(item), "me")).toMatchObject({ t: "up", items: [item] });
  });

  // One of these, handed on, would end the connection of all tabs: the server takes it for a broken client.
  it.each([
    ["nothing at all", {}],
    ["no record", null],
    ["a number", 7],
    ["a list", [1]],
    ["a frame that is not the channel's", { t: "auth", token: "x", c: "room" }],
    ["a channel without a name", { t: "sub", c: "" }],
    ["a channel with a name that is none", { t: "read", c: "\u0000", rid: "1" }],
    ["no channel", { t: "vol", d: "1" }],
  ])("is not handed on: %s (S23)", (_, item) => {
    expect(readTabMessage(up("{}", item), "me")).toBeNull();
  });
});
