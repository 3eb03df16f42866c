import { describe, expect, it } from "vitest";
import { leaseMs } from "../../../src/core/election/lease.ts";
import { stealEveryMs } from "../../../src/core/election/state.ts";
import { seededDice } from "../../../src/testing/seededDice.ts";
import { type Arena, createArena } from "./arena.ts";

type RungName = "locks" | "lease" | "storage";
const rungNames: readonly RungName[] = ["locks", "lease", "storage"];

/** Within how many ms a running tab is served, by what ended the leader. A lease costs its claim, and at worst all of its time. */
const limits: Record<RungName, Record<"boot" | "close" | "suspend" | "crash" | "hang", number>> = {
  locks: { boot: 50, close: 100, suspend: 100, crash: 500, hang: 3_000 },
  lease: { boot: 300, close: 350, suspend: 350, crash: leaseMs + 400, hang: 3_000 },
  storage: { boot: 300, close: 350, suspend: 350, crash: leaseMs + 400, hang: 3_000 },
};

const opened = async (count: number, rung: RungName = "locks"): Promise<Arena> => {
  const arena = createArena({ rung });
  for (let i = 0; i < count; i++) {
    arena.open();
    await arena.clock.advance(60);
  }
  await arena.takeover();
  await arena.clock.advance(400);
  return arena;
};
const leaders = ({ tabs }: Arena) => tabs.filter(({ election }) => election.state().name === "leading");

describe.each(rungNames)("the election on %s", (rung) => {
  it("gives four tabs one leader, and the others know who it is", async () => {
    const arena = createArena({ rung });
    for (let i = 0; i < 4; i++) arena.open();
    expect(await arena.takeover()).toBeLessThan(limits[rung].boot);
    await arena.clock.advance(100);
    const [leader, ...others] = leaders(arena);
    expect(others).toEqual([]);
    expect(arena.accepted).toEqual([{ tab: leader?.id, term: 1 }]);
    for (const tab of arena.tabs) if (tab !== leader) expect(tab.follows.at(-1)).toBe(leader?.id);
  });

  it("moves to the tab that waited longest when the leader closes or is suspended, to any when it crashes", async () => {
    for (const end of ["close", "suspend", "crash"] as const) {
      const arena = await opened(3, rung);
      arena.tabs[0]?.[end]();
      await arena.clock.advance(0);
      expect(await arena.takeover(), end).toBeLessThan(limits[rung][end]);
      if (end !== "crash") expect(arena.served()?.id).toBe("tab 2");
      expect(arena.accepted.map(({ term }) => term)).toEqual([1, 2]);
    }
  });

  it("steals from a leader that hangs in silence, within 2.5 s of a tab that has something to send (fault 22, fault 35)", async () => {
    const arena = await opened(3, rung);
    for (const tab of arena.tabs.slice(1)) tab.pressed = true;
    await arena.clock.advance(6_000);
    arena.tabs[0]?.page.freeze();
    expect(await arena.takeover()).toBeLessThan(limits[rung].hang);
    expect(leaders(arena).filter(({ page }) => !page.clock.frozen())).toHaveLength(1);
  });

  it("steals late when nobody looks, though timers of hidden pages are late themselves (fault 21, fault 35)", async () => {
    for (const hiddenMs of [10_000, 600_000]) {
      const arena = await opened(2, rung);
      arena.tabs[1]?.page.hide();
      await arena.clock.advance(hiddenMs);
      arena.tabs[0]?.page.freeze();
      const tookMs = await arena.takeover(600_000);
      // A lease runs out by itself.
      if (rung === "locks") expect(tookMs, `hidden for ${hiddenMs} ms`).toBeGreaterThan(60_000);
      expect(tookMs, `hidden for ${hiddenMs} ms`).toBeLessThan(400_000);
    }
  });

  it("never takes over from a leader that lives, however long nothing happens and whoever is hidden", async () => {
    const arena = await opened(3, rung);
    await arena.clock.advance(1_800_000);
    for (const { page } of arena.tabs) page.hide();
    await arena.clock.advance(1_800_000);
    expect(arena.accepted).toHaveLength(1);
    expect(arena.tabs[0]?.follows).toEqual([]);
  });

  it("lets a robbed leader queue again when it thaws, and nobody is robbed twice (fault 37)", async () => {
    const arena = await opened(2, rung);
    const [first, second] = arena.tabs;
    second!.pressed = true;
    first?.page.freeze();
    await arena.takeover();
    first?.page.thaw();
    await arena.clock.advance(60_000);
    expect(first?.election.state()).toMatchObject({ name: "waiting", known: { wasRobbed: true } });
    expect(arena.served()).toBe(second);
    expect(arena.accepted).toHaveLength(2);
  });

  it("a waiter that was granted and robbed in its sleep is in the queue again (fault 35)", async () => {
    const arena = await opened(3, rung);
    arena.tabs[1]?.page.freeze();
    arena.tabs[0]?.crash();
    await arena.takeover();
    expect(arena.served()?.id).toBe("tab 3");
    arena.tabs[1]?.page.thaw();
    await arena.clock.advance(10_000);
    arena.tabs[2]?.crash();
    expect(await arena.takeover()).toBeLessThan(limits[rung].crash);
    expect(arena.served()?.id).toBe("tab 2");
  });

  it("a cached page holds nothing: it comes back at the end of the queue (fault 24)", async () => {
    const arena = await opened(3, rung);
    arena.tabs[0]?.suspend();
    await arena.takeover();
    arena.tabs[0]?.restore();
    await arena.clock.advance(1_000);
    expect(arena.served()?.id).toBe("tab 2");
    arena.tabs[1]?.close();
    await arena.clock.advance(1_000);
    expect(arena.served()?.id).toBe("tab 3");
  });

  it("a waiter that was suspended or crashed does not starve those behind it", async () => {
    for (const how of ["suspend", "crash"] as const) {
      const arena = await opened(3, rung);
      arena.tabs[1]?.[how]();
      await arena.clock.advance(300);
      arena.tabs[0]?.close();
      await arena.clock.advance(0);
      expect(await arena.takeover()).toBeLessThan(limits[rung].close);
      expect(arena.served()?.id).toBe("tab 3");
    }
  });

  it("hands over when another tab would lead better, and goes to the end of the queue", async () => {
    const arena = await opened(3, rung);
    arena.tabs[0]?.election.dispatch({ type: "yielded" });
    await arena.clock.advance(500);
    expect(arena.served()?.id).toBe("tab 2");
    expect(arena.tabs[0]?.election.state().name).toBe("waiting");
  });
});

describe.each(rungNames)("a leader on %s that hands over to a tab it names", (rung) => {
  const yieldTo = (arena: Arena, from: number, to: number) =>
    arena.tabs[from]?.election.dispatch({ type: "yielded", to: arena.tabs[to]?.id });

  it("is followed by that tab, past who is next in the queue, and nobody counts as robbed", async () => {
    const arena = await opened(4, rung);
    yieldTo(arena, 0, 2);
    await arena.clock.advance(0);
    expect(await arena.takeover()).toBeLessThan(50);
    await arena.clock.advance(10_000);
    expect(arena.accepted.map(({ tab }) => tab)).toEqual(["tab 1", "tab 3"]);
    for (const { election, follows } of arena.tabs) {
      expect(election.state().known.wasRobbed).toBe(false);
      expect(follows.at(-1)).toBe(election.state().name === "leading" ? null : "tab 3");
    }
  });

  it("is followed by the next one when that tab is frozen or gone, or when it leaves itself", async () => {
    for (const end of ["freeze", "crash"] as const) {
      const arena = await opened(3, rung);
      if (end === "freeze") arena.tabs[2]?.page.freeze();
      else arena.tabs[2]?.crash();
      yieldTo(arena, 0, 2);
      await arena.clock.advance(0);
      expect(await arena.takeover(), end).toBeLessThan(2_000 + limits[rung].close);
      expect(arena.served()?.id).toBe("tab 2");
      expect(arena.tabs[0]?.election.state().name).toBe("waiting");
    }
    const arena = await opened(3, rung);
    arena.tabs[2]?.page.freeze();
    yieldTo(arena, 0, 2);
    await arena.clock.advance(100);
    arena.tabs[0]?.suspend();
    await arena.clock.advance(0);
    expect(await arena.takeover()).toBeLessThan(limits[rung].suspend);
    expect(arena.served()?.id).toBe("tab 2");
  });
});

describe("the election on locks", () => {
  it("lets a tab that hung once steal late, should its successor hang too (fault 37)", async () => {
    const arena = await opened(2);
    const [first, second] = arena.tabs;
    second!.pressed = true;
    first?.page.freeze();
    await arena.takeover();
    first?.page.thaw();
    await arena.clock.advance(60_000);
    second?.page.freeze();
    await arena.clock.advance(80_000);
    expect(arena.served()).toBeNull();
    expect(await arena.takeover()).toBeLessThan(20_000);
    expect(arena.accepted.map(({ tab }) => tab)).toEqual(["tab 1", "tab 2", "tab 1"]);
  });
});

describe("a place that denies a rung", () => {
  it("says so once somebody tries: locks in an opaque frame, storage events where storage is denied", async () => {
    for (const [rung, lacks] of [
      ["locks", { locks: "throws" }],
      ["storage", { storage: "throws" }],
    ] as const) {
      const arena = createArena({ rung, lacks });
      const tab = arena.open();
      await arena.clock.advance(1_000);
      expect(tab.failures).toContainEqual(expect.objectContaining({ name: "SecurityError" }));
      expect(arena.accepted).toEqual([]);
    }
  });
});

/** Random lives of up to four tabs; the server's log is the judge. */
const history = async (seed: number, rung: RungName): Promise<Arena> => {
  const arena = createArena({ seed, rung });
  const dice = seededDice(`election ${seed}`);
  const alive = () => arena.tabs.filter((tab) => !gone.has(tab));
  const gone = new Set<(typeof arena.tabs)[number]>();
  const suspended = new Set<(typeof arena.tabs)[number]>();
  arena.open();
  for (let step = 0; step < 40; step++) {
    const tab = dice.oneOf(alive());
    switch (dice.pick(9)) {
      case 0:
        if (arena.tabs.length < 6) arena.open();
        break;
      case 1:
        if (alive().length > 1) {
          gone.add(tab);
          suspended.delete(tab);
          tab[dice.oneOf(["close", "crash"] as const)]();
        }
        break;
      case 2:
        if (!tab.page.clock.frozen()) {
          suspended.add(tab);
          tab.suspend();
        }
        break;
      case 3:
        if (suspended.delete(tab)) tab.restore();
        break;
      case 4:
        if (!suspended.has(tab)) tab.page.freeze();
        break;
      case 5:
        if (!suspended.has(tab)) tab.page.thaw();
        break;
      case 6:
        tab.pressed = !tab.pressed;
        break;
      case 7:
        if (dice.chance(0.5)) tab.page.hide();
        else tab.page.show();
        break;
      default:
        if (!tab.page.clock.frozen())
          tab.election.dispatch({ type: "yielded", to: dice.oneOf([undefined, dice.oneOf(arena.tabs).id]) });
    }
    await arena.clock.advance(dice.oneOf([0, 1, 5, 50, 1_000, 5_000, 30_000]));
  }
  for (const tab of alive()) {
    if (suspended.delete(tab)) tab.restore();
    else tab.page.thaw();
    tab.page.show();
  }
  await arena.clock.advance(120_000);
  return arena;
};

describe.each(rungNames)("over random lives of the tabs on %s", (rung) => {
  it("the server never accepts an older term after a newer one, somebody leads in the end, and steals are few (fault 34, fault 37)", async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const arena = await history(seed, rung);
      const terms = arena.accepted.map(({ term }) => term);
      expect(terms, `seed ${seed}`).toEqual([...new Set(terms)].sort((a, b) => a - b));
      expect(arena.served()?.election.state().name, `seed ${seed}`).toBe("leading");
      expect(
        leaders(arena).filter(({ socket }) => socket !== null),
        `seed ${seed}`,
      ).toHaveLength(1);
      for (const { id } of arena.tabs) {
        const at = arena.steals.filter(({ tab }) => tab === id).map(({ atMs }) => atMs);
        for (const [i, atMs] of at.slice(1).entries())
          expect(atMs - (at[i] ?? 0), `seed ${seed}`).toBeGreaterThanOrEqual(stealEveryMs);
      }
    }
  });
});
