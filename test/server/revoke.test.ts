import { describe, expect, it } from "vitest";
import { createWorld } from "../../src/testing/createWorld.ts";
import { createTestServer } from "./testServer.ts";

describe("a subject that is revoked", () => {
  it("P3.12: loses all its connections at once, and no other's; the answer says how many (S21, fault 68)", async () => {
    const { server, join } = createTestServer();
    const [phone, laptop, bob] = [await join([], "ann"), await join([], "ann"), await join([], "bob")];
    expect(await server.revoke("ann")).toBe(2);
    for (const peer of [phone, laptop]) {
      expect(peer.last("error")).toMatchObject({ code: "UNAUTHORISED", retriable: false });
      expect(peer.state.closed?.code).toBe(4501);
    }
    expect(bob.state.closed).toBeUndefined();
    expect(await server.revoke("ann")).toBe(0);
    expect(await server.revoke("nobody")).toBe(0);
  });

  it("P3.12: is cut within a second when it does not answer the close (S21)", async () => {
    const { server, join, clock } = createTestServer();
    const peer = await join([], "ann");
    await server.revoke("ann");
    await clock.advance(1000);
    expect(peer.state.terminated).toBe(true);
  });

  it("P3.12: is neither heard nor told anything any more, whatever was under way (S21)", async () => {
    const judged: unknown[] = [];
    let judge = () => {};
    const { server, join, clock, log } = createTestServer({
      onMessage: ({ payload }) => new Promise((resolve) => (judge = () => resolve(judged.push(payload)))),
    });
    const peer = await join(undefined, "ann");
    await peer.pub(1, ["judged when the logout came", "behind it"]);
    await server.revoke("ann");
    const heard = peer.received.length;
    await peer.pub(3, ["after it"]);
    judge();
    await server.publish("room", "for others");
    await clock.advance(100);
    expect(peer.received).toHaveLength(heard);
    expect(await log()).toEqual(["for others"]);
  });

  it("P3.12: does not get in by a login that began before: the app is asked again (S21, fault 68)", async () => {
    const pending: (() => void)[] = [];
    let isLoggedOut = false;
    const { server, connect, clock } = createTestServer({
      authenticate: (token) => {
        const answer = isLoggedOut ? null : { subject: token ?? "" };
        return new Promise((resolve) => pending.push(() => resolve(answer)));
      },
    });
    const [ann, bob] = [connect(), connect()];
    await ann.auth("ann");
    await bob.auth("bob");
    isLoggedOut = true;
    expect(await server.revoke("ann")).toBe(0);
    for (let asked = 0; asked < 3; asked++) {
      pending.splice(0).forEach((answer) => answer());
      await clock.settle();
    }
    expect([ann, bob].map((peer) => peer.all("authed").length)).toEqual([0, 1]);
    expect(ann.state.closed?.code).toBe(4501);
  });

  it("may come back with a token that is good, on the same group and term (fault 68)", async () => {
    const { server, connect } = createTestServer();
    const old = connect();
    await old.auth("ann", { group: "g", term: 4 });
    await server.revoke("ann");
    await old.drop();
    const next = connect();
    await next.auth("ann", { group: "g", term: 4 });
    expect(next.last("authed")?.subject).toBe("ann");
  });

  it("remembers nothing of it (I4)", async () => {
    const { server, join, clock } = createTestServer();
    const peer = await join([], "ann");
    for (let i = 0; i < 100; i++) await server.revoke(`subject ${i}`);
    await server.revoke("ann");
    await peer.drop();
    expect(clock.timers()).toBe(0);
  });
});

it("a client that is revoked stops with recovery sign-in; a fresh token brings it back and its queue through (S21, fault 68)", async () => {
  let token = "old";
  const world = createWorld({
    server: { authenticate: (given) => (given === token ? { subject: "ann" } : null) },
  });
  const tab = world.openTab({ auth: async () => ({ token: "old" }) });
  tab.connect();
  await world.advance(200);
  token = "new";
  expect(await world.server().revoke("ann")).toBe(1);
  await world.advance(1000);
  expect(tab.state.get()).toMatchObject({
    name: "failed",
    code: "UNAUTHORISED",
    recovery: { kind: "sign-in" },
  });
  const receipt = tab.send("kept", { channel: "room" });
  tab.reconnect();
  await world.advance(1000);
  expect(tab.state.get().name).toBe("failed");
  token = "old";
  tab.reconnect();
  await world.advance(1000);
  expect(await receipt.settled).toMatchObject({ kind: "acked" });
  await world.close();
});
