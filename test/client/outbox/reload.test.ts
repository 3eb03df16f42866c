import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ada, online, scene, send } from "./scene.ts";

const five = [1, 2, 3, 4, 5];

it("waits for what its copy sends in its place: a duplicated tab has the same past, and takes it over (fault 24)", async () => {
  const { world, browser, tab, log } = scene();
  world.network.refuse(true);
  tab.connect();
  await world.advance(100);
  send(tab, "left");
  await world.advance(100);
  tab.navigate("within");
  tab.connect();
  await world.advance(20_000);
  const copy = browser.duplicate(tab, ada);
  copy.connect();
  await world.advance(20_000);
  send(tab, "new");
  await world.advance(1_000);
  copy.page.freeze();
  world.network.refuse(false);
  tab.reconnect();
  await world.advance(10_000);
  copy.page.thaw();
  await world.advance(120_000);
  expect(log()).toEqual(["left", "new"]);
  await world.close();
});

describe("an outbox that is stored", () => {
  it("commits a message, transmits it, and removes it with its verdict", async () => {
    const { world, tab, log, stored } = await online();
    const receipt = tab.send("hello", { channel: "c" });
    await world.advance(2);
    expect(stored().rows).toMatchObject([{ channel: "c", n: 1, body: '"hello"' }]);
    expect(tab.outbox.state.get()).toMatchObject({ depth: 1, durability: "indexeddb" });
    await world.advance(1_000);
    expect(await receipt.settled).toMatchObject({ kind: "acked", seq: 1 });
    expect(log()).toEqual(["hello"]);
    expect(stored()).toMatchObject({ rows: [], counters: [{ next: 2, answered: 1 }] });
    await world.close();
  });

  it("† transmits nothing before it is committed: what dies with its page was never sent", async () => {
    const { world, browser, tab, log, stored } = await online();
    send(tab, "first");
    await world.advance(1_000);
    browser.profile.pace({ commitMs: 50 });
    send(tab, "lost");
    await world.advance(40);
    tab.crash();
    await world.advance(10_000);
    expect([stored().rows, log()]).toEqual([[], ["first"]]);
    await world.close();
  });

  it("† transmits nothing under a new producer before it is committed, when the server lost its log", async () => {
    const { world, browser, tab, log, stored } = await online();
    send(tab, 1, 2, 3);
    await world.advance(1_000);
    world.store.wipe();
    world.restartServer();
    browser.profile.pace({ commitMs: 200 });
    send(tab, 4);
    let known: unknown[] = [];
    world.store.onCommit(() => (known = stored().rows.map(({ n, re }) => ({ n, re }))));
    await world.runUntil(() => log().length > 3);
    expect([log(), known]).toEqual([[1, 2, 3, 4], [{ n: 1, re: { p: expect.any(String) as string, n: 4 } }]]);
    await world.close();
  });

  it("† delivers once, in order, what was in flight when the page was reloaded, whenever that was (fault 23)", async () => {
    const story = fc.asyncProperty(
      fc.integer({ min: 0, max: 60 }),
      fc.constantFrom("reload", "crash"),
      async (afterMs, how) => {
        const { world, tab, log, stored, browser } = await online({}, { latencyMs: 10 });
        send(tab, ...five);
        await world.advance(afterMs / 2);
        const committed = Math.max(stored().counters[0]?.next ?? 1, 1) - 1;
        if (how === "crash") tab.crash();
        tab.reload();
        tab.connect();
        send(tab, 6, 7);
        await world.advance(20_000);
        expect(log()).toEqual([...five.slice(0, committed), 6, 7]);
        expect(browser.profile.stored().rows).toEqual([]);
        expect(new Set(tab.record.settled.map(({ settlement }) => settlement.kind))).toEqual(
          new Set(["acked"]),
        );
        await world.close();
      },
    );
    await fc.assert(story, { numRuns: 60 });
  });

  it("lists after a reload what is not settled, with its payload, and takes it back when told", async () => {
    const { world, tab, log, stored } = scene();
    tab.connect();
    await world.advance(100);
    world.crashServer();
    send(tab, { text: "a" }, { text: "b" });
    await world.advance(100);
    tab.reload();
    tab.connect();
    await world.advance(2_000);
    expect(tab.outbox.entries.get()).toMatchObject([
      { channel: "c", payload: { text: "a" } },
      { channel: "c", payload: { text: "b" } },
    ]);
    expect(tab.outbox.state.get()).toMatchObject({ depth: 2, durability: "indexeddb" });
    expect(tab.outbox.cancel(tab.outbox.entries.get()[0]!.id)).toBe(true);
    await world.advance(100);
    expect(stored().rows).toMatchObject([{ n: 1, voided: "aborted" }, { n: 2 }]);
    world.startServer();
    await world.advance(120_000);
    expect(log()).toEqual([{ text: "b" }]);
    expect(tab.record.settled.map(({ settlement }) => settlement.kind)).toEqual(["aborted", "acked"]);
    await world.close();
  });

  it("dials for what an earlier page left, although the app has nothing to send yet", async () => {
    const { world, tab, log } = scene();
    send(tab, "offline");
    await world.advance(100);
    tab.reload();
    tab.retain("demand");
    await world.advance(10_000);
    expect(log()).toEqual(["offline"]);
    await world.close();
  });

  it("holds new messages of a channel back until the earlier page's are answered, and no others", async () => {
    const { world, tab, log, stored } = scene();
    send(tab, "first");
    await world.advance(100);
    tab.reload();
    world.store.pace({ beforeCommitMs: 500 });
    send(tab, "second");
    tab.send("elsewhere", { channel: "other" });
    tab.connect();
    await world.runUntil(() => log("other").length > 0);
    const second = stored().producers.find(({ after }) => after.length);
    expect(second?.after).toHaveLength(1);
    await world.advance(20_000);
    expect(log()).toEqual(["first", "second"]);
    await world.close();
  });

  it("goes through many pages that never came to send", async () => {
    const { world, tab, log, stored } = scene();
    for (const n of five) {
      send(tab, n);
      await world.advance(50);
      tab.reload();
      tab.retain();
      if (n % 2) tab.crash();
      tab.reload();
    }
    tab.connect();
    await world.advance(60_000);
    expect(log()).toEqual(five);
    expect(stored().rows).toEqual([]);
    await world.close();
  });

  it("loses nothing when the browser is killed, in any tab (fault 23)", async () => {
    const { world, browser, tab, log, stored } = await online();
    const other = browser.openTab(ada);
    other.connect();
    await world.advance(1_000);
    send(tab, "a1", "a2");
    send(other, "b1", "b2");
    await world.advance(4);
    browser.kill();
    await world.advance(1_000);
    for (const one of [tab, other]) one.reload().connect();
    await world.advance(20_000);
    expect([
      log().filter((d) => String(d).startsWith("a")),
      log().filter((d) => String(d).startsWith("b")),
    ]).toEqual([
      ["a1", "a2"],
      ["b1", "b2"],
    ]);
    expect(stored().rows).toEqual([]);
    await world.close();
  });

  it("claims nothing in a duplicated tab, whose messages do not wait for the other's for long (fault 25)", async () => {
    const { world, browser, tab, log } = await online();
    world.network.stall("up");
    const [mine] = send(tab, "mine");
    await world.advance(100);
    const copy = browser.duplicate(tab);
    copy.connect();
    send(copy, "of the copy");
    await world.advance(4_000);
    expect(copy.outbox.entries.get().map(({ payload }) => payload)).not.toContain("mine");
    world.network.resume();
    await world.advance(20_000);
    expect(log().sort()).toEqual(["mine", "of the copy"]);
    expect(await mine!.settled).toMatchObject({ kind: "acked" });
    expect(copy.record.settled).toHaveLength(1);
    await world.close();
  });

  it("claims by leases where there are no Web Locks, as on plain http (fault 33)", async () => {
    const { world, tab, log, stored } = scene({}, {}, { locks: "absent" });
    send(tab, ...five);
    await world.advance(100);
    tab.reload();
    tab.connect();
    await world.advance(20_000);
    expect(log()).toEqual(five);
    expect(stored().rows).toEqual([]);
    await world.close();
  });

  it("does not store a message with a guard: nobody could ask it after a reload", async () => {
    const { world, tab, log, stored } = scene();
    tab.send("guarded", { channel: "c", guard: () => true });
    send(tab, "free");
    await world.advance(100);
    expect(stored().rows).toMatchObject([{ n: 2 }]);
    tab.reload();
    tab.connect();
    await world.advance(20_000);
    expect(log()).toEqual(["free"]);
    await world.close();
  });
});
