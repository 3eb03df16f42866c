import { plainProtocol } from "../../src/client/plainProtocol.ts";
import type { ChannelVerdict } from "../../src/protocol/frames.ts";
import { createWorld } from "../../src/testing/createWorld.ts";
import { accept, connect, event, hello, live, scene, type Scene } from "../client/script.ts";
import { everyOne, type Scenarios, textsOf } from "./unions.ts";

const connectionState = "src/core/connectionState.ts";

const settlements: Scenarios = {
  acked: async () => {
    const world = createWorld();
    const tab = world.openTab();
    tab.connect();
    const receipt = tab.send(1);
    await world.advance(1_000);
    return receipt.status.get().kind;
  },
  rejected: async () => (await scene({ outbox: { capacity: 0 } }).tab.send(1).settled).kind,
  expired: async () => (await scene().tab.send(1, { ttlMs: 0 }).settled).kind,
  evicted: async () => {
    const { tab } = scene({ outbox: { capacity: 1, overflow: "evict-oldest" } });
    const oldest = tab.send(1);
    tab.send(2);
    return (await oldest.settled).kind;
  },
  aborted: async () => (await scene().tab.send(1, { signal: AbortSignal.abort() }).settled).kind,
  uncertain: async () => {
    const one = scene();
    await connect(one);
    const receipt = one.tab.send(1);
    await one.settle();
    await one.tab.dispose();
    return (await receipt.settled).kind;
  },
  sent: async () => {
    const one = scene({ protocol: plainProtocol() });
    one.tab.connect();
    one.socket().open();
    await one.settle();
    return (await one.tab.send(1).settled).kind;
  },
};
everyOne("settlement", "is reached", textsOf("src/core/settlement.ts", "Settlement", "kind"), settlements);

/** What a channel that stood at #5 is told when the next socket says this of it. */
const resumed =
  (verdict: Partial<ChannelVerdict>, ...then: readonly object[]) =>
  async (): Promise<unknown> => {
    const one = scene();
    const room = one.tab.watch("room");
    await connect(one, [live("room", 5, "t5")]);
    one.socket().cut();
    await one.world.advance(3_000);
    await accept(one, [{ ...live("room", 5, "t5"), ...verdict }]);
    for (const frame of then) one.socket().receive(JSON.stringify(frame));
    await one.settle();
    return room.continuity[0]?.result;
  };
const place = { c: "room", epoch: "e1", seq: 6, tail: "t6" };

everyOne("continuity result", "is told", textsOf("src/client/message.ts", "ContinuityResult"), {
  kept: resumed({}),
  replayed: resumed(
    { head: 6, tail: "t6", status: "delta" },
    { t: "delta", c: "room", epoch: "e1", from: 5, to: 6, ev: [event(6)], more: false },
    { t: "live", ...place },
  ),
  snapshot: resumed(
    { head: 6, tail: "t6", status: "snapshot", reason: "trimmed" },
    { t: "snapshot", ...place, part: 0, parts: 1, d: "1" },
  ),
  lost: resumed({ head: 6, tail: "t6", status: "lost", reason: "trimmed" }),
  denied: resumed({ status: "denied" }),
});

const reason = ({ tab }: Scene): unknown => {
  const state = tab.state.get();
  return "reason" in state ? state.reason : state.name;
};
everyOne("reason to rest", "is shown", textsOf(connectionState, "DisconnectReason"), {
  initial: () => reason(scene()),
  requested: async () => {
    const one = scene();
    one.tab.disconnect();
    return reason(one);
  },
  suspended: async () => {
    const one = scene();
    await connect(one);
    one.tab.page.suspend();
    return reason(one);
  },
  logout: async () => {
    const one = scene();
    await one.tab.logout();
    return reason(one);
  },
  disposed: async () => {
    const one = scene();
    await one.tab.dispose();
    return reason(one);
  },
});

everyOne("reason to reconnect", "is shown", textsOf(connectionState, "ReconnectReason"), {
  closed: async () => {
    const one = scene();
    await connect(one);
    one.socket().close(1006);
    await one.settle();
    return reason(one);
  },
  heartbeat: async () => {
    const one = scene();
    await connect(one);
    await one.world.runUntil(() => one.tab.state.get().name === "reconnecting");
    return reason(one);
  },
  timeout: async () => {
    const one = scene();
    one.tab.connect();
    await one.world.advance(10_001);
    return reason(one);
  },
  network: async () => {
    const one = scene({ backoff: { policy: () => 60_000 } });
    one.tab.connect();
    one.socket().close(1006);
    await one.settle();
    one.tab.page.hint("online");
    return reason(one);
  },
  auth: async () => {
    const one = scene({ auth: () => Promise.reject(new Error("down")) });
    one.tab.connect();
    one.socket().open();
    await one.settle();
    return reason(one);
  },
  url: async () => {
    const one = scene({ url: () => Promise.reject(new Error("no idea")), name: "elsewhere" });
    one.tab.connect();
    await one.settle();
    return reason(one);
  },
  breaker: async () => {
    const one = scene({ breaker: { failures: 1, minSilenceMs: 0 } });
    one.tab.connect();
    one.socket().close(1006);
    await one.settle();
    return reason(one);
  },
});

const recovery = ({ tab }: Scene): unknown => {
  const state = tab.state.get();
  return "recovery" in state ? state.recovery.kind : state.name;
};
const closedWith = (code: number) => async (): Promise<unknown> => {
  const one = scene();
  await connect(one);
  one.socket().close(code);
  await one.settle();
  return recovery(one);
};
everyOne("way to recover", "is shown", textsOf(connectionState, "Recovery", "kind"), {
  automatic: closedWith(1006),
  "sign-in": closedWith(4501),
  "update-app": async () => {
    const one = scene();
    one.tab.connect();
    one.socket().open();
    one.socket().receive({ ...hello, v: 99 } as typeof hello);
    await one.settle();
    return recovery(one);
  },
  manual: closedWith(4500),
});
