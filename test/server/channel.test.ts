import { expect, it } from "vitest";
import { createChannel } from "../../src/server/channel.ts";
import { unfiltered } from "../../src/server/sight.ts";
import type { LogEvent } from "../../src/server/store/LogStore.ts";
import { memoryStore } from "../../src/server/store/memoryStore.ts";

const event = (seq: number, tail = `t${seq}`, prev = `t${seq - 1}`): LogEvent => ({
  channel: "c",
  epoch: "e",
  seq,
  tail,
  prev,
  lam: seq,
  d: "0",
  storedAt: 0,
});
const channel = () =>
  createChannel({ name: "c", store: memoryStore(), sight: unfiltered, onStoreError: () => {} });

it("P4.2: a listener that has read the log joins where the ring continues by prev", () => {
  const ring = channel();
  ring.heard([event(5), event(6), event(7)]);
  const join = (seq: number, tail = `t${seq}`, epoch = "e") => ring.join({ epoch, seq, tail });
  expect(join(7)).toEqual([]);
  expect(join(5)).toEqual([event(6), event(7)]);
  expect(join(4)).toEqual([event(5), event(6), event(7)]);
  expect([join(3), join(8)]).toEqual(["behind", "ahead"]);
});

it("P1.3: and never where only the number fits", () => {
  const ring = channel();
  ring.heard([event(5), event(6), event(7)]);
  const join = (seq: number, tail: string, epoch = "e") => ring.join({ epoch, seq, tail });
  expect([join(7, "x"), join(5, "x"), join(4, "x"), join(7, "t7", "other")]).toEqual([
    "fork",
    "fork",
    "fork",
    "fork",
  ]);
});

it("keeps a bounded ring (I4)", () => {
  const ring = channel();
  for (let seq = 1; seq <= 10_000; seq++) ring.heard([event(seq)]);
  expect(ring.join({ epoch: "e", seq: 7000, tail: "t7000" })).toBe("behind");
  expect(ring.join({ epoch: "e", seq: 9990, tail: "t9990" })).toHaveLength(10);
});
