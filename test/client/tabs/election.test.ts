import { describe, expect, it } from "vitest";
import { seededDice } from "../../../src/testing/seededDice.ts";
import { type Arena, createArena } from "./arena.ts";

const opened = async (count: number): Promise<Arena> => {
  const arena = createArena();
  for (let i = 0; i < count; i++) arena.open();
  await arena.takeover();
  await arena.clock.advance(100);
  return arena;
};
const leaders = ({ tabs }: Arena) => tabs.filter(({ election }) => election.state().name === "leading");

describe("the election", () => {
  it("gives four tabs one leader, and the others know who it is", async () => {
    const arena = await opened(4);
    expect(leaders(arena).map(({ id }) => id)).toEqual(["tab 1"]);
    expect(arena.accepted).toEqual([{ tab: "tab 1", term: 1 }]);
    for (const { follows } of arena.tabs.slice(1)) expect(follows.at(-1)).toBe("tab 1");
  });

  it("moves to the next tab when the leader closes, crashes or is suspended, in well under its target", async () => {
    for (const [end, targetMs] of [
      ["close", 100],
      ["suspend", 100],
      ["crash", 500],
    ] as const) {
      const arena = await opened(3);
      arena.tabs[0]?.[end]();
      await arena.clock.advance(0);
      expect(await arena.takeover()).toBeLessThan(targetMs);
      expect(arena.served()?.id).toBe("tab 2");
    }
  });

  it("steals from a leader that hangs in silence, within 2.5 s of a tab that has something to send (fault 22, fault 35)", async () => {
    const arena = await opened(3);
    for (const tab of arena.tabs.slice(1)) tab.pressed = true;
    await arena.clock.advance(6_000);
    arena.tabs[0]?.page.freeze();
    expect(await arena.takeover()).toBeLessThan(3_000);
    expect(leaders(arena).filter(({ page }) => !page.clock.frozen())).toHaveLength(1);
  });

  it("never steals from a leader that lives, however long nothing happens", async () => {
    const arena = await opened(3);
    await arena.clock.advance(3_600_000);
    expect(arena.accepted).toHaveLength(1);
  });

  it("lets a robbed leader queue again when it thaws, and it is slow to steal back (fault 37)", async () => {
    const arena = await opened(2);
    const [first, second] = arena.tabs;
    second!.pressed = true;
    first?.page.freeze();
    await arena.takeover();
    first?.page.thaw();
    await arena.clock.advance(60_000);
    expect(first?.election.state()).toMatchObject({ name: "waiting", known: { wasRobbed: true } });
    expect(arena.served()).toBe(second);
    second?.page.freeze();
    await arena.clock.advance(80_000);
    expect(arena.served()).toBeNull();
    expect(await arena.takeover()).toBeLessThan(20_000);
    expect(arena.accepted.map(({ tab }) => tab)).toEqual(["tab 1", "tab 2", "tab 1"]);
  });

  it("a cached page holds nothing: it comes back at the end of the queue (fault 24)", async () => {
    const arena = await opened(3);
    arena.tabs[0]?.suspend();
    await arena.takeover();
    arena.tabs[0]?.restore();
    await arena.clock.advance(1_000);
    expect(arena.served()?.id).toBe("tab 2");
    arena.tabs[1]?.close();
    await arena.clock.advance(1_000);
    expect(arena.served()?.id).toBe("tab 3");
  });

  it("a suspended waiter does not starve those behind it", async () => {
    const arena = await opened(3);
    arena.tabs[1]?.suspend();
    await arena.clock.advance(10);
    arena.tabs[0]?.close();
    await arena.clock.advance(0);
    expect(await arena.takeover()).toBeLessThan(200);
    expect(arena.served()?.id).toBe("tab 3");
  });

  it("hands over when another tab would lead better", async () => {
    const arena = await opened(2);
    arena.tabs[0]?.election.dispatch({ type: "yielded" });
    await arena.clock.advance(200);
    expect(arena.served()?.id).toBe("tab 2");
    expect(arena.tabs[0]?.election.state().name).toBe("waiting");
  });
});

/** Random lives of up to four tabs; the server's log is the judge. */
const history = async (seed: number, fence: boolean): Promise<Arena> => {
  const arena = createArena({ seed, fence });
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
        if (!tab.page.clock.frozen()) tab.election.dispatch({ type: "yielded" });
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

describe("over random lives of the tabs", () => {
  it("the server never accepts an older term after a newer one, and somebody leads in the end (fault 34)", async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const arena = await history(seed, true);
      const terms = arena.accepted.map(({ term }) => term);
      expect(terms, `seed ${seed}`).toEqual([...new Set(terms)].sort((a, b) => a - b));
      expect(arena.served()?.election.state().name, `seed ${seed}`).toBe("leading");
    }
  });
});
