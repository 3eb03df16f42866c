/** Tabs that elect a leader, and a server that fences: no messages, no React. */
import { createOrigin, type OriginLacks } from "../../../src/testing/origin.ts";
import { createPage, type Page } from "../../../src/testing/page.ts";
import { seededDice } from "../../../src/testing/seededDice.ts";
import { virtualClock, type VirtualClock } from "../../../src/testing/virtualClock.ts";
import { type Rung, rungsOf } from "../../../src/client/tabs/rungs.ts";
import { runElection, type RunningElection } from "../../../src/client/tabs/runElection.ts";

export interface Contender {
  readonly id: string;
  readonly page: Page;
  readonly election: RunningElection;
  /** Messages wait for the server. */
  pressed: boolean;
  /** The term its connection was opened under; null: it has none. */
  socket: number | null;
  readonly follows: (string | null)[];
  /** What its rung failed with. */
  readonly failures: unknown[];
  /** pagehide or freeze, told in time. */
  readonly suspend: () => void;
  readonly restore: () => void;
  readonly close: () => void;
  readonly crash: () => void;
}

export interface Arena {
  readonly clock: VirtualClock;
  readonly open: () => Contender;
  readonly tabs: readonly Contender[];
  /** Terms in the order the server accepted them. */
  readonly accepted: readonly { readonly tab: string; readonly term: number }[];
  readonly steals: readonly { readonly tab: string; readonly atMs: number }[];
  /** Whose socket the server serves. */
  readonly served: () => Contender | null;
  /** Runs until a running tab is served; how long that took, in ms. */
  readonly takeover: (withinMs?: number) => Promise<number>;
}

const latencyMs = 5;

export interface ArenaOptions {
  readonly seed?: number;
  readonly fence?: boolean;
  readonly rung?: Rung["name"];
  readonly lacks?: OriginLacks;
}

export const createArena = ({ seed = 1, fence = true, rung = "locks", lacks }: ArenaOptions = {}): Arena => {
  const clock = virtualClock();
  const dice = seededDice(`arena ${seed}`);
  const origin = createOrigin(clock, lacks);
  const tabs: Contender[] = [];
  const accepted: { tab: string; term: number }[] = [];
  const steals: { tab: string; atMs: number }[] = [];
  let highest = 0;
  let serving: { tab: Contender; term: number } | null = null;

  const hangUp = (tab: Contender): void => {
    tab.socket = null;
    clock.after(latencyMs, () => {
      if (serving?.tab === tab && tab.socket === null) serving = null;
    });
  };

  const claim = (tab: Contender, term: number): void => {
    tab.socket = term;
    clock.after(latencyMs, () => {
      if (tab.socket !== term) return;
      if (fence && term < highest) {
        tab.socket = null;
        const known = highest;
        return void clock.after(latencyMs, () =>
          tab.page.clock.run(() => tab.election.dispatch({ type: "fenced", highest: known })),
        );
      }
      if (serving && serving.tab !== tab) {
        const older = serving.tab;
        older.socket = null;
        older.page.clock.run(() => older.election.dispatch({ type: "fenced", highest: term }));
      }
      highest = Math.max(highest, term);
      serving = { tab, term };
      accepted.push({ tab: tab.id, term });
    });
  };

  const open = (): Contender => {
    const id = `tab ${tabs.length + 1}`;
    const page = createPage(clock.device({ originMs: dice.pick(1_000_000) }));
    const { ports: all, gone } = origin.enter(page.clock);
    const ports = rungsOf({
      tabs: all,
      clock: page.clock,
      dice: dice.fork(`leases of ${id}`),
      sensors: page.sensors,
    }).find(({ name }) => name === rung)!;
    const { hold } = ports.locks;
    const follows: (string | null)[] = [];
    const tab: Contender = {
      id,
      page,
      pressed: false,
      socket: null,
      follows,
      failures: [],
      election: runElection({
        name: "group",
        me: id,
        clock: page.clock,
        dice: dice.fork(id),
        ports: {
          ...ports,
          locks: {
            ...ports.locks,
            hold: (name, how, events) => {
              if (how === "steal") steals.push({ tab: id, atMs: clock.nowMs() });
              return hold(name, how, events);
            },
          },
        },
        isHidden: page.sensors.hidden,
        isPressed: () => tab.pressed,
        lead: ({ term }) => claim(tab, term),
        stepDown: () => hangUp(tab),
        follow: (leader) => follows.push(leader),
        failed: (error) => tab.failures.push(error),
      }),
      suspend: () => {
        tab.election.dispatch({ type: "left" });
        page.freeze();
      },
      restore: () => {
        page.thaw();
        page.clock.run(() => tab.election.dispatch({ type: "joined" }));
      },
      close: () => {
        tab.election.dispatch({ type: "left" });
        page.clock.stop();
        gone(80);
        hangUp(tab);
      },
      crash: () => {
        page.clock.stop();
        gone(260);
        hangUp(tab);
      },
    };
    tabs.push(tab);
    tab.election.dispatch({ type: "joined" });
    return tab;
  };

  const served = (): Contender | null => {
    const tab = serving?.tab;
    return tab && tab.socket === serving?.term && !tab.page.clock.frozen() ? tab : null;
  };

  return {
    clock,
    open,
    tabs,
    accepted,
    steals,
    served,
    takeover: async (withinMs = 60_000) => {
      const before = clock.nowMs();
      await clock.runUntil(() => served() !== null, withinMs);
      return clock.nowMs() - before;
    },
  };
};
