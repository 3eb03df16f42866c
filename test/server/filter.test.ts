import { describe, expect, it, vi } from "vitest";
import type { Cursor, WireEvent } from "../../src/protocol/frames.ts";
import type { Filter } from "../../src/server/filter.ts";
import { createWorld } from "../../src/testing/createWorld.ts";
import { createTestServer, type TestPeer } from "./testServer.ts";

/** Payloads are `{ for: subject }` or open to all. */
const isFor: Filter = ({ subject, event }) => {
  const only = (event.payload as { readonly for?: string }).for;
  return only === undefined || only === subject;
};
const secret = (subject: string, n = 0) => ({ for: subject, n });

/** Events as they came, hidden runs as `hid seq-seq`; fails where the chain breaks. */
function chain(peer: TestPeer, from = { seq: 0, tail: "" }): unknown[] {
  const events = peer.received.flatMap((f): readonly WireEvent[] =>
    f.t === "data" || f.t === "delta" ? f.ev : [],
  );
  let at = from;
  return events.map(({ seq, tail, prev, hid = 1, ...event }) => {
    expect({ first: seq - hid, prev }).toEqual({ first: at.seq, prev: at.tail });
    at = { seq, tail };
    if ("d" in event) return event.d;
    expect(Object.keys(event)).toEqual(["lam"]);
    return `hid ${seq - hid + 1}-${seq}`;
  });
}

const start = (c = "room") => ({ c, since: "now" }) as const;

describe("a filter", () => {
  it("hides the same events live and on replay, and the prev chain holds over them (S8, P7.8)", async () => {
    const t = createTestServer({ filter: isFor });
    const [ann, bob] = [await t.join([start()], "ann"), await t.join([start()], "bob")];
    const { epoch } = await t.store.head("room");
    const payloads = ["hello", secret("bob", 1), secret("bob", 2), "open", secret("ann"), secret("bob", 3)];
    for (const payload of payloads) await t.server.publish("room", payload);
    await t.clock.settle();
    expect(chain(ann)).toEqual(["hello", "hid 2-2", "hid 3-3", "open", secret("ann"), "hid 6-6"]);
    expect(chain(bob)).toEqual([...payloads.slice(0, 4), "hid 5-5", secret("bob", 3)]);
    const back = await t.join([{ c: "room", epoch, seq: 0, tail: "" }], "ann");
    expect(chain(back)).toEqual(["hello", "hid 2-3", "open", secret("ann"), "hid 6-6"]);
    expect(back.last("live")?.seq).toBe(6);
    expect(JSON.stringify([ann.received, back.received])).not.toContain("bob");
  });

  it("hides what a subscription begins with, what it hears while it reads, history and reads (S8)", async () => {
    const t = createTestServer({ filter: isFor });
    const { epoch } = await t.store.head("room");
    for (const payload of ["a", secret("bob"), secret("bob"), "b"]) await t.server.publish("room", payload);
    const peer = await t.join([{ c: "room", since: { last: 3 } }], "ann");
    const first = { seq: 1, tail: (await t.store.read("room", 1, 1)).events[0]!.tail };
    expect(chain(peer, first)).toEqual(["hid 2-3", "b"]);
    const reader = await t.join([], "ann");
    await reader.send({ t: "read", rid: 1, c: "room", before: 5 });
    expect(chain(reader)).toEqual(["a", "hid 2-3", "b"]);
    const other = await t.join([], "ann");
    await other.send({ t: "read", rid: 2, c: "room", cursor: { epoch, seq: 0, tail: "" } });
    expect(chain(other)).toEqual(["a", "hid 2-3", "b"]);
  });

  it("hides what was appended between the read and the joining (S8, P4.2)", async () => {
    const t = createTestServer({ filter: isFor });
    await t.server.publish("room", "a");
    const read = t.store.read;
    let begun = (): void => {};
    const late = createTestServer({
      filter: isFor,
      store: {
        ...t.store,
        read: async (...asked) => {
          const slice = await read(...asked);
          await new Promise<void>((resolve) => (begun = resolve));
          return slice;
        },
      },
    });
    const { epoch } = await t.store.head("room");
    const joining = late.join([{ c: "room", epoch, seq: 0, tail: "" }], "ann");
    const peer = await joining;
    await late.server.publish("room", secret("bob"));
    await late.server.publish("room", secret("bob"));
    begun();
    await late.clock.settle();
    expect(chain(peer)).toEqual(["a", "hid 2-3"]);
    expect(JSON.stringify(peer.received)).not.toContain("bob");
  });

  it("hides volatile messages, which have no seq (S8, P7.6)", async () => {
    const seen: unknown[] = [];
    const t = createTestServer({
      filter: (request) => {
        seen.push(request);
        return isFor(request);
      },
    });
    const [ann, bob, eve] = [
      await t.join([start()], "ann"),
      await t.join([start()], "bob"),
      await t.join([start()], "eve"),
    ];
    await ann.send({ t: "vol", c: "room", d: secret("bob") });
    expect([ann.all("vol"), eve.all("vol")]).toEqual([[], []]);
    expect(bob.last("vol")).toMatchObject({ d: secret("bob") });
    const event = { seq: undefined, payload: secret("bob"), subject: "ann" };
    expect(seen).toEqual(["bob", "eve"].map((subject) => ({ subject, channel: "room", event })));
  });

  it("is told seq, payload and sender, and is asked about the sender's own events too", async () => {
    const filter = vi.fn<Filter>(() => false);
    const t = createTestServer({ filter });
    const peer = await t.join([start()], "ann");
    await peer.pub(1, [{ text: "mine" }]);
    await t.server.publish("room", "of the server");
    await t.clock.settle();
    expect(filter.mock.calls).toEqual([
      [{ subject: "ann", channel: "room", event: { seq: 1, payload: { text: "mine" }, subject: "ann" } }],
      [{ subject: "ann", channel: "room", event: { seq: 2, payload: "of the server", subject: undefined } }],
    ]);
    expect(peer.last("ack")).toMatchObject({ n: 1, runs: [[1, 1, 1]] });
    expect(chain(peer)).toEqual(["hid 1-1", "hid 2-2"]);
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("payload is no object");
      },
    ],
    ["answers a promise of true", () => Promise.resolve(true)],
    ["answers a promise that rejects", () => Promise.reject(new Error("late"))],
    ["answers something truthy", () => 1],
    ["answers nothing", () => undefined],
  ])("that %s hides: live, replayed and volatile; the process lives (S8, S17)", async (how, answer) => {
    const t = createTestServer({ filter: answer as Filter });
    const peer = await t.join([start()], "ann");
    const other = await t.join([], "bob");
    await t.server.publish("room", "x");
    await other.send({ t: "vol", c: "room", d: "v" });
    const { epoch } = await t.store.head("room");
    const back = await t.join([{ c: "room", epoch, seq: 0, tail: "" }], "ann");
    expect([chain(peer), chain(back), peer.all("vol")]).toEqual([["hid 1-1"], ["hid 1-1"], []]);
    const isFailure = how.includes("throws") || how.includes("promise");
    // One line a second, however many are asked about.
    expect(t.logged.filter((line) => line === "error FILTER_FAILED")).toHaveLength(isFailure ? 1 : 0);
    expect(t.metric("resilient_filter_failures_total")).toBe(isFailure ? 3 : 0);
  });

  it("that is no function is refused at once: it would hide nothing", () => {
    expect(() => createTestServer({ filter: true as never })).toThrow(/INVALID_OPTION.*filter/);
  });

  it("is asked once per subject and event however many sockets, and a payload is parsed once for all", async () => {
    const filter = vi.fn<Filter>(() => true);
    const t = createTestServer({ filter });
    const peers: TestPeer[] = [];
    for (let i = 0; i < 30; i++) peers.push(await t.join([start()], `s${i % 3}`));
    const parse = vi.spyOn(JSON, "parse");
    await t.server.publish("room", { marked: 1 });
    await t.clock.settle();
    const ours = parse.mock.calls.filter(([text]) => text === '{"marked":1}');
    parse.mockRestore();
    expect(filter).toHaveBeenCalledTimes(3);
    expect(ours).toHaveLength(1);
    for (const peer of peers) expect(chain(peer)).toEqual([{ marked: 1 }]);
  });

  it("one commit of hidden events is one element, and who sees the same is sent the same text", async () => {
    const t = createTestServer({ filter: isFor });
    const [ann, bob, eve] = [
      await t.join([start()], "ann"),
      await t.join([start()], "bob"),
      await t.join([start()], "eve"),
    ];
    await ann.pub(1, [secret("bob", 1), secret("bob", 2), "open", secret("eve", 3), secret("bob", 4)]);
    expect(chain(ann)).toEqual(["hid 1-2", "open", "hid 4-5"]);
    expect(chain(bob)).toEqual([secret("bob", 1), secret("bob", 2), "open", "hid 4-4", secret("bob", 4)]);
    expect(chain(eve)).toEqual(["hid 1-2", "open", secret("eve", 3), "hid 5-5"]);
    expect(ann.last("data")?.ev[1]).toMatchObject({ id: "m3", own: "p1" });
  });

  it("a snapshot is of its subject: shared by its sockets, never with another (S8)", async () => {
    let cursor: Cursor = { epoch: "", seq: 0, tail: "" };
    const asked: unknown[] = [];
    const t = createTestServer({
      filter: isFor,
      snapshot: async (channel, subject) => {
        asked.push([channel, subject]);
        await new Promise((resolve) => t.clock.after(10, () => resolve(undefined)));
        return { state: `${subject}'s`, cursor };
      },
    });
    cursor = await t.server.publish("room", 1);
    const peers = ["ann", "ann", "bob"].map((token) => ({ token, peer: t.connect() }));
    for (const { token, peer } of peers) {
      await peer.auth(token);
      await peer.resume([{ c: "room", since: "snapshot" }]);
    }
    await t.clock.advance(20);
    expect(peers.map(({ peer }) => peer.last("snapshot")?.d)).toEqual(['"ann\'s"', '"ann\'s"', '"bob\'s"']);
    expect(asked).toEqual([
      ["room", "ann"],
      ["room", "bob"],
    ]);
  });

  it("without a filter a snapshot is the channel's, and nobody's name is told to its source", async () => {
    const snapshot = vi.fn(async () => ({ state: 1, cursor: await t.store.head("room") }));
    const t = createTestServer({ snapshot });
    await t.server.publish("room", 1);
    await t.join([{ c: "room", since: "snapshot" }], "ann");
    expect(snapshot).toHaveBeenCalledWith("room", undefined);
  });
});

describe("clients behind a filter", () => {
  it("see theirs in order, live and over a break, and are told of nothing missed (S8, P7.8, fault 51)", async () => {
    const world = createWorld({ server: { filter: isFor } });
    const tab = world.openTab({ auth: () => ({ token: "ann" }) });
    const heard = tab.watch("room");
    tab.connect();
    await world.advance(1000);
    const say = (payload: unknown) => world.server().publish("room", payload);
    for (const payload of [secret("bob"), "a", secret("bob")]) await say(payload);
    await world.advance(100);
    world.network.refuse(true);
    world.network.cut();
    for (const payload of [secret("bob"), secret("ann"), secret("bob"), "b", secret("bob")])
      await say(payload);
    world.network.refuse(false);
    await world.advance(60_000);
    await say("c");
    await world.advance(100);
    expect(heard.data()).toEqual(["a", secret("ann"), "b", "c"]);
    expect(heard.continuity.at(-1)).toMatchObject({ result: "replayed", replayed: 2, missed: 0 });
    await world.close();
  });
});
