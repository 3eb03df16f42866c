import { describe, expect, it } from "vitest";
import { accept, connect, data, event, live, scene } from "./script.ts";

/** Cuts the socket and plays the next handshake with this verdict for `room`. */
const breakAndResume = async (one: ReturnType<typeof scene>, verdict: object): Promise<void> => {
  one.socket().cut();
  await one.world.advance(3_000);
  await accept(one, [{ ...live("room", 5, "t5"), ...verdict }]);
};
const asked = (one: ReturnType<typeof scene>) =>
  (one.sent("resume")[0] as { channels: unknown[] } | undefined)?.channels;

const atFive = async () => {
  const one = scene();
  const room = one.tab.watch("room");
  await connect(one, [live("room", 5, "t5")]);
  return { one, room };
};

describe("continuity", () => {
  it("kept: nothing was missed; the cursor of the last event is what is asked from", async () => {
    const { one, room } = await atFive();
    one.socket().receive(data("room", event(6)));
    await one.settle();
    await breakAndResume(one, { head: 6, tail: "t6" });
    expect(asked(one)).toEqual([{ c: "room", epoch: "e1", seq: 6, tail: "t6" }]);
    expect(room.continuity).toEqual([
      { channel: "room", result: "kept", replayed: 0, missed: 0, reason: undefined },
    ]);
  });

  it("a session that never received an event still resumes: the position came with welcome", async () => {
    const { one } = await atFive();
    await breakAndResume(one, {});
    expect(asked(one)).toEqual([{ c: "room", epoch: "e1", seq: 5, tail: "t5" }]);
  });

  it("replayed: exactly the missed events, marked, then live", async () => {
    const { one, room } = await atFive();
    await breakAndResume(one, { head: 7, tail: "t7", status: "delta" });
    one.socket().receive([
      {
        t: "delta",
        c: "room",
        epoch: "e1",
        from: 6,
        to: 7,
        ev: [event(6), event(7)],
        more: false,
        asked: 5,
      },
      { t: "live", c: "room", epoch: "e1", seq: 7, tail: "t7" },
      data("room", event(8)),
    ]);
    await one.settle();
    expect(room.messages.map(({ data: d, replayed }) => [d, replayed])).toEqual([
      [6, true],
      [7, true],
      [8, false],
    ]);
    expect(room.continuity).toMatchObject([{ result: "replayed", replayed: 2, missed: 0 }]);
  });

  it("snapshot: applied whole at its last part, then the events behind it (fault 54)", async () => {
    const { one, room } = await atFive();
    await breakAndResume(one, { head: 900, tail: "t900", status: "snapshot", reason: "gap_too_large" });
    const state = JSON.stringify({ total: 899 });
    const part = (i: number, d: string) =>
      one
        .socket()
        .receive({ t: "snapshot", c: "room", epoch: "e1", seq: 899, tail: "t899", part: i, parts: 2, d });
    part(0, state.slice(0, 5));
    await one.settle();
    expect(room.continuity).toEqual([]);
    part(1, state.slice(5));
    one.socket().receive([
      { t: "delta", c: "room", epoch: "e1", from: 900, to: 900, ev: [event(900)], more: false },
      { t: "live", c: "room", epoch: "e1", seq: 900, tail: "t900" },
    ]);
    await one.settle();
    expect(room.continuity[0]).toMatchObject({ result: "snapshot", missed: 894, state: { total: 899 } });
    expect(room.data()).toEqual([900]);
  });

  it("lost: says how many, then goes on from the head; without a common epoch nobody can know (fault 53)", async () => {
    const { one, room } = await atFive();
    await breakAndResume(one, { head: 20, tail: "t20", status: "lost", reason: "trimmed" });
    one.socket().receive(data("room", event(21)));
    await one.settle();
    await breakAndResume(one, { epoch: "e2", head: 3, tail: "u3", status: "lost", reason: "epoch_changed" });
    expect(room.continuity).toMatchObject([
      { result: "lost", missed: 15, reason: "trimmed" },
      { result: "lost", missed: undefined, reason: "epoch_changed" },
    ]);
    expect(room.data()).toEqual([21]);
  });

  it("drops what was seen, and duplicates of it (fault 49)", async () => {
    const { one, room } = await atFive();
    one.socket().receive(data("room", event(6), event(6), event(5), event(4)));
    await one.settle();
    expect(room.data()).toEqual([6]);
  });

  it("asks again from its cursor at a gap, once, and delivers nothing out of order (fault 51)", async () => {
    const { one, room } = await atFive();
    one.socket().receive(data("room", event(7), event(8)));
    one.socket().receive(data("room", event(9)));
    await one.settle();
    expect(one.sent("sub")).toEqual([{ t: "sub", c: "room", epoch: "e1", seq: 5, tail: "t5" }]);
    one.socket().receive([
      { t: "subscribed", ...live("room", 9, "t9"), status: "delta" },
      {
        t: "delta",
        c: "room",
        epoch: "e1",
        from: 6,
        to: 9,
        ev: [6, 7, 8, 9].map((n) => event(n)),
        more: false,
      },
      { t: "live", c: "room", epoch: "e1", seq: 9, tail: "t9" },
    ]);
    await one.settle();
    expect(room.data()).toEqual([6, 7, 8, 9]);
  });

  it("† notices a fork by prev: the next seq with another history is not applied (fault 50)", async () => {
    const { one, room } = await atFive();
    one.socket().receive(data("room", event(6, "other history", "x5")));
    await one.settle();
    expect(room.data()).toEqual([]);
    expect(one.sent("sub")).toHaveLength(1);
    one.socket().receive({ t: "subscribed", ...live("room", 6, "t6"), status: "lost", reason: "forked" });
    await one.settle();
    expect(room.continuity).toMatchObject([{ result: "lost", reason: "forked" }]);
  });

  it("† notices a fork at the very event it stands at (fault 50)", async () => {
    const { one, room } = await atFive();
    one.socket().receive(data("room", { ...event(5), tail: "x5" }));
    await one.settle();
    expect(room.data()).toEqual([]);
    expect(one.sent("sub")).toEqual([{ t: "sub", c: "room", epoch: "e1", seq: 5, tail: "t5" }]);
  });

  describe("† a delta that was read before a fork may come beside the snapshot: only prev decides (fault 50)", () => {
    const delta = (...ev: ReturnType<typeof event>[]) =>
      ({ t: "delta", c: "room", epoch: "e1", from: 0, to: 0, ev, more: true }) as const;
    const part = (i: number, d = "1") =>
      ({ t: "snapshot", c: "room", epoch: "e1", seq: 4, tail: "x4", part: i, parts: 2, d }) as const;
    const forked = { head: 6, tail: "x6", status: "snapshot", reason: "forked" };

    it("before its last part: what continues the cursor is applied, nothing else, and nothing is asked anew", async () => {
      const { one, room } = await atFive();
      await breakAndResume(one, forked);
      one.socket().receive([part(0), delta(event(6), event(8)), part(1)]);
      await one.settle();
      expect(room.data()).toEqual([6]);
      expect(room.continuity).toMatchObject([{ result: "snapshot", reason: "forked", state: 11 }]);
      expect(one.sent("sub")).toEqual([]);
    });

    it("after it: the log is asked for what follows the snapshot", async () => {
      const { one, room } = await atFive();
      await breakAndResume(one, forked);
      one.socket().receive([part(0), part(1), delta(event(5), event(6))]);
      await one.settle();
      expect(room.data()).toEqual([]);
      expect(one.sent("sub")).toEqual([{ t: "sub", c: "room", epoch: "e1", seq: 4, tail: "x4" }]);
    });

    it("to one who has no place yet it is nothing", async () => {
      const one = scene();
      const room = one.tab.watch("room", { since: "snapshot" });
      await connect(one, [{ ...live("room", 6, "x6"), status: "snapshot" }]);
      one.socket().receive([delta(event(6)), part(0), part(1), delta(event(5, "five", "x4"))]);
      await one.settle();
      expect(room.data()).toEqual(["five"]);
      expect(room.continuity).toMatchObject([{ result: "snapshot", missed: undefined, state: 11 }]);
    });

    it("a new verdict in its midst begins it anew", async () => {
      const { one, room } = await atFive();
      await breakAndResume(one, forked);
      one.socket().receive([part(0), { t: "subscribed", ...live("room"), ...forked, status: "snapshot" }]);
      one.socket().receive([part(0, "2"), part(1, "2")]);
      await one.settle();
      expect(room.continuity).toMatchObject([{ result: "snapshot", state: 22 }]);
    });

    it("a state that no verdict announced is not applied", async () => {
      const { one, room } = await atFive();
      one.socket().receive([part(0), part(1), data("room", event(8)), part(0), part(1)]);
      await one.settle();
      expect(one.sent("sub")).toEqual([{ t: "sub", c: "room", epoch: "e1", seq: 5, tail: "t5" }]);
      expect(room.continuity).toEqual([]);
    });
  });

  it("† a heartbeat lost while it catches up halves what it is sent at once, down to 1 KiB (P4.12)", async () => {
    const { one } = await atFive();
    const loseHeartbeat = async (verdict: object): Promise<unknown> => {
      one.socket().cut();
      await one.world.advance(3_000);
      await accept(one, [{ ...live("room", 5, "t5"), ...verdict }]);
      const { length } = one.tab.sockets();
      await one.world.runUntil(() => one.tab.sockets().length > length, 60_000);
      await accept(one);
      return (one.sent("resume")[0] as { maxChunk?: number }).maxChunk;
    };
    expect(await loseHeartbeat({})).toBeUndefined();
    expect(await loseHeartbeat({ status: "delta" })).toBe(16_384);
    expect(await loseHeartbeat({ status: "snapshot" })).toBe(8_192);
    expect(await loseHeartbeat({})).toBe(8_192);
    for (let i = 0; i < 5; i++) await loseHeartbeat({ status: "delta" });
    expect(await loseHeartbeat({ status: "delta" })).toBe(1_024);
  });

  it("† one bad channel does not hold up the others: they are heard, and connected is reached without it", async () => {
    const one = scene();
    one.tab.watch("slow");
    const room = one.tab.watch("room");
    await connect(one, [{ ...live("slow", 9, "t9"), status: "delta" }, live("room", 5, "t5")]);
    one.socket().receive(data("room", event(6)));
    await one.settle();
    expect(room.data()).toEqual([6]);
    expect(one.tab.state.get().name).toBe("resuming");
    await one.world.advance(10_000);
    expect(one.tab.state.get().name).toBe("connected");
    expect(one.tab.sockets()).toHaveLength(1);
  });

  it("a handler that throws is reported; the others hear, the cursor moves (fault 44)", async () => {
    const one = scene();
    one.tab.subscribe("room", () => {
      throw new Error("mine");
    });
    const room = one.tab.watch("room");
    await connect(one);
    one.socket().receive(data("room", event(1, "x", "")));
    await one.settle();
    expect(room.data()).toEqual(["x"]);
    expect(one.tab.record.errors).toMatchObject([{ code: "HANDLER_THREW" }]);
    await breakAndResume(one, { head: 1, tail: "t1" });
    expect(asked(one)).toMatchObject([{ seq: 1 }]);
  });

  it("a remount within 1 s is invisible on the wire; within 30 s it resumes from the cursor", async () => {
    const { one, room } = await atFive();
    room.stop();
    await one.world.advance(500);
    const again = one.tab.watch("room");
    await one.world.advance(5_000);
    expect(one.sent("sub")).toEqual([]);
    expect(one.sent("unsub")).toEqual([]);
    again.stop();
    await one.world.advance(2_000);
    expect(one.sent("unsub")).toMatchObject([{ c: "room" }]);
    one.tab.watch("room");
    await one.settle();
    expect(one.sent("sub")).toEqual([{ t: "sub", c: "room", epoch: "e1", seq: 5, tail: "t5" }]);
  });

  it("after 30 s a subscription starts anew", async () => {
    const { one, room } = await atFive();
    room.stop();
    await one.world.advance(20_000);
    one.socket().receive({ t: "ping" });
    await one.world.advance(12_000);
    one.tab.watch("room", { since: { last: 3 } });
    await one.settle();
    expect(one.sent("sub")).toEqual([{ t: "sub", c: "room", since: { last: 3 } }]);
  });

  it("starts behind a cursor that the app kept", async () => {
    const one = scene();
    one.tab.watch("room", { since: { epoch: "e1", seq: 2, tail: "t2" } });
    await connect(one, [{ ...live("room", 3, "t3"), status: "delta" }]);
    expect(asked(one)).toEqual([{ c: "room", epoch: "e1", seq: 2, tail: "t2" }]);
  });
});

const hidden = (seq: number, hid: number, prev = `t${seq - hid}`) => ({
  seq,
  tail: `t${seq}`,
  prev,
  lam: seq,
  hid,
});

describe("events that the server hides (P7.8)", () => {
  it("are stepped over: nothing is delivered, counted or asked again, and the next event is in place", async () => {
    const { one, room } = await atFive();
    one.socket().receive({ t: "data", c: "room", ev: [hidden(8, 3), event(9), hidden(10, 1)] });
    await one.settle();
    expect(room.data()).toEqual([9]);
    expect(one.sent("sub")).toEqual([]);
    await breakAndResume(one, { head: 12, tail: "t12", status: "delta" });
    expect(asked(one)).toMatchObject([{ seq: 10, tail: "t10" }]);
    one
      .socket()
      .receive([
        { t: "delta", c: "room", epoch: "e1", from: 10, to: 12, ev: [hidden(12, 2)], more: false },
        { t: "live", c: "room", epoch: "e1", seq: 12, tail: "t12" },
        data("room", event(13)),
      ]);
    await one.settle();
    expect(room.data()).toEqual([9, 13]);
    expect(room.continuity).toMatchObject([{ result: "kept", replayed: 0, missed: 0 }]);
  });

  it("can be the first thing a new subscription hears", async () => {
    const one = scene();
    const room = one.tab.watch("room", { since: { last: 4 } });
    await connect(one, [{ ...live("room", 9, "t9"), status: "delta" }]);
    one.socket().receive([
      { t: "delta", c: "room", epoch: "e1", from: 5, to: 9, ev: [hidden(8, 3), event(9)], more: false },
      { t: "live", c: "room", epoch: "e1", seq: 9, tail: "t9" },
    ]);
    await one.settle();
    expect(room.data()).toEqual([9]);
  });

  it.each([
    ["of another history", hidden(8, 3, "x5")],
    ["that is partly seen", hidden(7, 4)],
    ["behind a gap", hidden(9, 2)],
  ])("a run %s is not applied: the log is asked from the cursor", async (_, run) => {
    const { one } = await atFive();
    one.socket().receive({ t: "data", c: "room", ev: [run] });
    await one.settle();
    expect(one.sent("sub")).toEqual([{ t: "sub", c: "room", epoch: "e1", seq: 5, tail: "t5" }]);
  });

  it.each([0, -3, 1.5, "2", 2 ** 53])(
    "a run of %s is no run: the frame is refused (fault 52)",
    async (hid) => {
      const { one } = await atFive();
      one.socket().receive({ t: "data", c: "room", ev: [{ ...hidden(8, 3), hid: hid as number }] });
      await one.settle();
      expect(one.tab.state.get()).toMatchObject({
        name: "reconnecting",
        lastError: { code: "INVALID_FRAME" },
      });
    },
  );
});
