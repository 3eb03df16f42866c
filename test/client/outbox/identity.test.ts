import { describe, expect, it } from "vitest";
import { fnv1a } from "../../../src/client/tabs/groupKey.ts";
import type { StoredRow } from "../../../src/core/ports/outboxStorage.ts";
import { ada, online, scene, send } from "./scene.ts";

/** The server calls whoever shows this token by its name. */
const as = (token: string) => ({ auth: () => ({ token }) });
const byToken = { server: { authenticate: (token: string | null) => ({ subject: token ?? "nobody" }) } };

describe("whose messages are stored", () => {
  it("sends nothing of one user as another: a profile of A, logged in as B (fault 67, S22)", async () => {
    const { world, browser, tab, log, stored } = await online(as("ada"), byToken);
    world.crashServer();
    send(tab, "of ada");
    await world.advance(100);
    tab.close();
    world.startServer();
    const bob = browser.openTab({ ...ada, ...as("bob"), identity: "bob" });
    bob.connect();
    await world.advance(120_000);
    expect([log(), bob.outbox.entries.get(), stored().rows.length]).toEqual([[], [], 1]);
    bob.close();
    const again = browser.openTab({ ...ada, ...as("ada") });
    again.connect();
    await world.advance(120_000);
    expect([log(), stored().rows]).toEqual([["of ada"], []]);
    await world.close();
  });

  it("† never sends what another subject numbered, although the app gave both one identity (fault 67)", async () => {
    const subjects = ["ada", "bob"];
    const app = { auth: () => ({ token: subjects[0]! }) };
    const { world, tab, log, stored } = await online(app, byToken);
    world.crashServer();
    send(tab, "of ada");
    await world.advance(100);
    subjects.shift();
    tab.reload();
    world.startServer();
    tab.connect();
    send(tab, "of bob");
    await world.advance(120_000);
    expect([log(), stored().rows.map(({ body }) => body)]).toEqual([["of bob"], ['"of ada"']]);
    const said = tab.sockets().flatMap(({ sent }) => sent);
    expect(said.join()).not.toContain(stored().rows[0]!.p);
    expect(tab.outbox.entries.get()).toEqual([]);
    await world.close();
  });

  it("logout empties the storage too, also of what dead pages left; keep keeps it (fault 67)", async () => {
    const { world, browser, tab, stored } = scene();
    send(tab, "of a dead tab");
    await world.advance(100);
    tab.crash();
    await world.advance(2_000);
    const other = browser.openTab(ada);
    other.retain();
    send(other, "mine");
    world.crashServer();
    await world.advance(2_000);
    expect(stored().rows).toHaveLength(2);
    await Promise.all([other.logout({ queue: "keep" }), world.advance(1_000)]);
    expect(stored().rows).toHaveLength(2);
    await Promise.all([other.logout(), world.advance(10_000)]);
    expect(stored().rows).toEqual([]);
    expect(other.outbox.state.get().depth).toBe(0);
    await world.close();
  });

  it("leaves the messages of a newer version of the app to it, and migrates those of an older (fault 32)", async () => {
    const version = (n: number, migrate?: (stored: { payload: unknown; version: number }) => unknown) => ({
      ...ada,
      outbox: { version: n, migrate },
    });
    const { world, browser, tab, log } = scene({ outbox: { version: 2 } });
    send(tab, { text: "new" });
    await world.advance(100);
    tab.crash();
    const old = browser.openTab(version(1));
    old.connect();
    await world.advance(120_000);
    expect(log()).toEqual([]);
    old.close();
    const next = browser.openTab(
      version(3, ({ payload, version: from }) => ({ ...(payload as object), from })),
    );
    next.connect();
    await world.advance(120_000);
    expect(log()).toEqual([{ text: "new", from: 2 }]);
    await world.close();
  });

  it("keeps a message that migrate could not read, and says so", async () => {
    const { world, browser, tab, log, stored } = scene();
    send(tab, 1);
    await world.advance(100);
    tab.crash();
    const next = browser.openTab({
      ...ada,
      outbox: {
        version: 1,
        migrate: () => {
          throw new Error("what is this?");
        },
      },
    });
    next.connect();
    await world.advance(120_000);
    expect([log(), stored().rows.length]).toEqual([[], 1]);
    expect(next.record.errors[0]).toMatchObject({ code: "HANDLER_THREW" });
    expect(next.record.anomalies).toContainEqual({ kind: "unreadable_row" });
    await world.close();
  });

  it("sends what it can read, and all that is new, when one stored message makes no sense (fault 32, S23)", async () => {
    const { world, browser, tab, log, stored } = scene();
    world.crashServer();
    tab.connect();
    await world.advance(100);
    send(tab, 1, 2, 3);
    await world.advance(100);
    tab.crash();
    const [, second] = stored().rows;
    const scope = fnv1a(JSON.stringify(["ws://localhost/ws", "ada"]));
    const meddler = browser.profile.storage(world.clock.device())(scope, () => undefined);
    await world.advance(100);
    void (await meddler).write({ rows: [{ ...second, id: "" } as StoredRow] });
    await world.advance(100);
    world.startServer();
    tab.reload().connect();
    send(tab, "new");
    await world.advance(60_000);
    expect(tab.state.get().name).toBe("connected");
    expect(log()).toEqual([1, "new"]);
    expect(tab.record.anomalies).toContainEqual({ kind: "unreadable_row" });
    await world.close();
  });

  it("sends nothing whose ttl is over, though the wall clock was put back meanwhile (fault 20)", async () => {
    const { world, tab, log } = scene();
    world.crashServer();
    tab.connect();
    await world.advance(100);
    tab.send("late", { channel: "c", ttlMs: 60_000 });
    await world.advance(100);
    tab.close();
    const page = tab.reload().page;
    page.clock.shiftWall(-24 * 3_600_000);
    tab.connect();
    await world.advance(3_600_000);
    world.startServer();
    await world.advance(60_000);
    expect(log()).toEqual([]);
    expect(tab.record.settled.map(({ settlement }) => settlement.kind)).toEqual(["expired"]);
    await world.close();
  });
});
