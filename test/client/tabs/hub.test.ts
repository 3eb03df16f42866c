import { expect, it } from "vitest";
import { highWaterBytes } from "../../../src/client/highWater.ts";
import type { ChannelFrame } from "../../../src/client/resilient/wire.ts";
import { createHub } from "../../../src/client/tabs/hub.ts";
import { createMember, type Member } from "../../../src/client/tabs/member.ts";
import type { RawData } from "../../../src/core/ports.ts";
import type { ServerFrame, WireEvent } from "../../../src/protocol/frames.ts";
import { virtualClock } from "../../../src/testing/virtualClock.ts";

/** A hub on a socket that is watched, and what each tab hears. */
const watched = () => {
  const transmitted: RawData[] = [];
  const asked: ChannelFrame[] = [];
  const socket = { isOpen: true, bufferedBytes: 0 };
  const hub = createHub(
    { clock: virtualClock(), state: () => "connected", upkeepIn: () => undefined },
    {
      transmit: (data) => transmitted.push(data) > 0,
      ask: (frame) => asked.push(frame) > 0,
      isOpen: () => socket.isOpen,
      bufferedBytes: () => socket.bufferedBytes,
      probe: () => undefined,
    },
  );
  const join = (id: string): { readonly member: Member; readonly heard: ServerFrame[] } => {
    const heard: ServerFrame[] = [];
    const member = createMember(id, new Set([id]), (frame) => heard.push(frame));
    hub.add(member);
    return { member, heard };
  };
  return { hub, socket, transmitted, asked, join };
};
const event = (seq: number): WireEvent => ({
  seq,
  tail: `t${seq}`,
  prev: `t${seq - 1}`,
  lam: seq,
  d: seq,
});

it("† what waited for a connection that is gone does not go out on the next: its tab begins anew there", () => {
  const { hub, socket, transmitted, join } = watched();
  const { member } = join("a");
  socket.bufferedBytes = highWaterBytes + 1;
  hub.say(member, "of the first connection");
  hub.closed();
  socket.bufferedBytes = 0;
  hub.say(member, "of the second");
  hub.pump();
  expect(transmitted).toEqual(["of the second"]);
});

it("† a refusal ends a channel for the tab that asked, and for no other", () => {
  const { hub, asked, join } = watched();
  const [first, second] = [join("first"), join("second")];
  hub.say(first.member, { t: "sub", c: "room", since: { last: 0 } });
  hub.hear.subscribed?.({ t: "subscribed", c: "room", epoch: "e", head: 5, tail: "t5", status: "live" });
  hub.say(second.member, { t: "sub", c: "room", epoch: "e", seq: 1, tail: "t1" });
  const read = asked.at(-1) as Extract<ChannelFrame, { t: "read" }>;
  expect(read.t).toBe("read");
  hub.hear.error?.({ t: "error", code: "DENIED", ref: String(read.rid), retriable: false });
  hub.hear.data?.({ t: "data", c: "room", ev: [event(6)] });
  expect(first.heard.map(({ t }) => t)).toEqual(["subscribed", "data"]);
  expect(second.heard).toMatchObject([{ t: "subscribed", status: "denied" }]);
  // The first one's subscription stands: nobody left the channel.
  expect(asked.map(({ t }) => t)).toEqual(["sub", "read"]);
});
