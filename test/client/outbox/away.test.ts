import { describe, expect, it } from "vitest";
import { ada, online, scene, send } from "./scene.ts";

describe("a page that goes and comes back", () => {
  it("† lets go of its producer lock when it is cached, so that the next page of the tab sends what it left (fault 24)", async () => {
    const { world, tab, log, browser, stored } = await online();
    world.network.stall("up");
    const [receipt] = send(tab, "from the cached page");
    await world.advance(100);
    const held = `resilient-socket:producer:${stored().producers[0]?.p}`;
    expect(browser.origin.holders(held)).toBe(1);
    tab.navigate("within");
    world.network.resume();
    await world.advance(100);
    expect(browser.origin.holders(held)).toBe(0);
    tab.connect();
    await world.advance(5_000);
    expect([log(), stored().rows]).toEqual([["from the cached page"], []]);
    tab.back();
    await world.advance(5_000);
    expect(await receipt!.settled).toMatchObject({ kind: "acked", seq: 1 });
    send(tab, "again");
    await world.advance(5_000);
    expect(log()).toEqual(["from the cached page", "again"]);
    expect(tab.record.settled.map(({ settlement }) => settlement.kind)).toEqual(["acked", "acked"]);
    await world.close();
  });

  it.each(["before it was stored", "when it was stored"])(
    "a page that comes back sends what it had queued (%s), then what the page after it left, then what is new (fault 24)",
    async (when) => {
      const { world, tab, log } = scene();
      // Its storage is open.
      tab.retain()();
      await world.advance(100);
      send(tab, 1);
      if (when === "when it was stored") await world.advance(100);
      tab.navigate("within");
      await world.advance(100);
      send(tab, 2);
      await world.advance(100);
      tab.back();
      send(tab, 3);
      await world.advance(1_000);
      send(tab, 4);
      tab.connect();
      await world.advance(10_000);
      expect(log()).toEqual([1, 2, 3, 4]);
      await world.close();
    },
  );

  it("removes what expired while it was away, also behind a message that was never stored (fault 24)", async () => {
    const { world, tab, stored } = scene();
    world.network.refuse(true);
    tab.connect();
    await world.advance(100);
    tab.send("guarded", { channel: "c", guard: () => true });
    const late = tab.send("late", { channel: "c", ttlMs: 5_000 });
    await world.advance(100);
    expect(stored().rows).toHaveLength(1);
    tab.navigate();
    await world.advance(10_000);
    world.network.refuse(false);
    tab.back();
    await world.advance(5_000);
    expect(late.status.get().kind).toBe("expired");
    expect(stored().rows).toEqual([]);
    await world.close();
  });

  it("hears what was replied to a question that another page sent to the end", async () => {
    const { world, tab } = await online(
      {},
      { server: { onMessage: ({ payload }, context) => context.reply({ answer: payload }) } },
    );
    world.network.stall("up");
    const reply = tab.request("question", { channel: "c", timeoutMs: 60_000 });
    await world.advance(100);
    tab.navigate("within");
    world.network.resume();
    tab.connect();
    await world.advance(5_000);
    tab.back();
    await world.advance(5_000);
    expect(await reply).toMatchObject({ data: { answer: "question" }, seq: 1 });
    await world.close();
  });

  it("sends what nobody took meanwhile, under the same numbers (fault 24)", async () => {
    const { world, tab, log, stored } = await online();
    world.network.stall("up");
    const receipts = send(tab, 1, 2, 3);
    await world.advance(100);
    tab.navigate();
    world.network.resume();
    await world.advance(60_000);
    tab.back();
    await world.advance(10_000);
    expect(log()).toEqual([1, 2, 3]);
    expect(await Promise.all(receipts.map(({ settled }) => settled))).toMatchObject(
      Array(3).fill({ kind: "acked" }),
    );
    expect(stored().rows).toEqual([]);
    await world.close();
  });

  it("stores and sends again when it went before its last user had quite left it, as in a hidden page (fault 72)", async () => {
    const { world, tab, log } = scene();
    const release = tab.retain();
    tab.connect();
    tab.hide();
    await world.advance(1_050);
    release();
    await world.advance(3);
    tab.navigate();
    await world.advance(20_000);
    tab.back();
    tab.show();
    await world.advance(2_000);
    tab.connect();
    const [receipt] = send(tab, "back");
    await world.advance(5_000);
    expect([receipt!.status.get().kind, log()]).toEqual(["acked", ["back"]]);
    expect(tab.outbox.state.get().durability).toBe("indexeddb");
    await world.close();
  });

  it("counts what is stored as transmitted: aborted after it came back, the server decides", async () => {
    const { world, tab, log } = scene();
    world.crashServer();
    const [receipt] = send(tab, "offline");
    tab.retain();
    await world.advance(100);
    tab.navigate();
    await world.advance(1_000);
    tab.back();
    await world.advance(1_000);
    tab.outbox.clear();
    await world.advance(100);
    expect(receipt!.status.get().kind).not.toBe("aborted");
    world.startServer();
    await world.advance(120_000);
    expect([log(), (await receipt!.settled).kind]).toEqual([[], "aborted"]);
    await world.close();
  });

  it("does not say expired of what another page delivered while it was in the cache", async () => {
    const { world, tab, log } = await online();
    world.crashServer();
    const receipt = tab.send("short-lived", { channel: "c", ttlMs: 10_000 });
    await world.advance(100);
    tab.navigate("within");
    world.startServer();
    tab.connect();
    await world.advance(20_000);
    expect(log()).toEqual(["short-lived"]);
    tab.back();
    await world.advance(5_000);
    expect(await receipt.settled).toMatchObject({ kind: "acked", seq: 1 });
    await world.close();
  });

  it("does not know what became of a message whose verdict is a day old, and says uncertain", async () => {
    const { world, browser, tab, log } = await online();
    world.network.stall("up");
    const [receipt] = send(tab, "left");
    await world.advance(100);
    const { rows, producers } = browser.profile.stored();
    expect(rows).toHaveLength(1);
    tab.freeze();
    world.network.resume();
    const heir = browser.duplicate(tab);
    heir.connect();
    await world.advance(5_000);
    expect(log()).toEqual(["left"]);
    browser.profile.forgetVerdicts();
    tab.resume();
    await world.advance(5_000);
    expect(producers).toHaveLength(1);
    expect(await receipt!.settled).toEqual({ kind: "uncertain" });
    await world.close();
  });

  it("gives back what it sent for another when that one is back, so that one of both gets the answers", async () => {
    const { world, browser, tab, log } = await online();
    world.network.stall("up");
    const [receipt] = send(tab, "mine");
    await world.advance(100);
    tab.freeze();
    const heir = browser.duplicate(tab);
    heir.connect();
    await world.advance(5_000);
    expect(heir.outbox.entries.get()).toHaveLength(1);
    tab.resume();
    await world.advance(1_000);
    expect(heir.outbox.entries.get()).toHaveLength(0);
    world.network.resume();
    await world.advance(30_000);
    expect([log(), (await receipt!.settled).kind]).toEqual([["mine"], "acked"]);
    await world.close();
  });

  it("keeps what is stored when the last who used the client left, and purges it when told so (fault 72)", async () => {
    const { world, tab, stored, log } = scene();
    const release = tab.retain();
    send(tab, "kept");
    await world.advance(2);
    release();
    await world.advance(100);
    tab.reload();
    await world.advance(1_000);
    expect(stored().rows).toHaveLength(1);
    tab.retain();
    await world.advance(10_000);
    expect(log()).toEqual(["kept"]);
    await world.close();

    const purging = scene({ onUnmount: { queue: "purge" } });
    const leave = purging.tab.retain();
    const [receipt] = send(purging.tab, "purged");
    await purging.world.advance(2);
    leave();
    await purging.world.advance(100);
    expect([purging.stored().rows, receipt!.status.get().kind]).toEqual([[], "aborted"]);
    await purging.world.close();
  });

  it("leaves what is stored to the pages to come when the client is disposed of", async () => {
    const { world, tab, stored, log } = scene();
    tab.retain();
    const [receipt] = send(tab, "kept");
    await world.advance(15);
    await tab.dispose();
    expect(await receipt!.settled).toEqual({ kind: "uncertain" });
    await world.advance(100);
    expect(stored().rows).toHaveLength(1);
    tab.reload();
    tab.connect();
    await world.advance(10_000);
    expect(log()).toEqual(["kept"]);
    await world.close();
  });
});

describe("the same identity in two tabs", () => {
  it("never sends what a living tab has stored", async () => {
    const { world, browser, tab, log } = scene();
    send(tab, "mine");
    await world.advance(100);
    const other = browser.openTab(ada);
    other.connect();
    await world.advance(120_000);
    expect([log(), other.record.settled]).toEqual([[], []]);
    tab.connect();
    await world.advance(60_000);
    expect(log()).toEqual(["mine"]);
    await world.close();
  });
});
