import { describe, expect, it } from "vitest";
import { leaseLocks } from "../../../src/client/tabs/leaseLocks.ts";
import { leaseMs } from "../../../src/core/election/lease.ts";
import type { Bus, Locks, OpenBus } from "../../../src/core/ports/tabPorts.ts";
import { createOrigin } from "../../../src/testing/origin.ts";
import { createPage, type Page } from "../../../src/testing/page.ts";
import { seededDice } from "../../../src/testing/seededDice.ts";
import { virtualClock } from "../../../src/testing/virtualClock.ts";

interface Tenant {
  readonly page: Page;
  readonly locks: Locks;
  readonly told: string[];
  readonly holds: () => boolean;
  readonly ask: (how?: "queue" | "steal") => void;
  readonly release: () => void;
  readonly end: () => void;
}

/** Pages that want one name, by leases alone. */
const createHouse = (seed = 1) => {
  const clock = virtualClock();
  const dice = seededDice(`house ${seed}`);
  const origin = createOrigin(clock);
  const tenants: Tenant[] = [];
  const open = (
    change: (bus: OpenBus) => OpenBus = (bus) => bus,
    tasked: () => void = () => undefined,
  ): Tenant => {
    const page = createPage(clock.device({ originMs: dice.pick(1_000_000) }));
    const { ports, gone } = origin.enter(page.clock);
    const locks = leaseLocks(
      {
        bus: change(ports.bus!),
        isHidden: page.sensors.hidden,
        task: (work) => {
          tasked();
          ports.task(work);
        },
      },
      page.clock,
      dice.fork(`${tenants.length}`),
    );
    const told: string[] = [];
    let release = (): void => undefined;
    const tenant: Tenant = {
      page,
      locks,
      told,
      holds: () => told.at(-1) === "granted",
      ask: (how = "queue") => {
        told.push("asked");
        release = locks.hold("name", how, {
          granted: () => told.push("granted"),
          lost: () => told.push("lost"),
          failed: (error) => told.push((error as Error).message),
        });
      },
      release: () => {
        told.push("released");
        release();
      },
      end: () => {
        told.push("gone");
        page.end();
        gone(0);
      },
    };
    tenants.push(tenant);
    return tenant;
  };
  /** Says something on the channel of the lease, as any code of the origin may. */
  const stranger = (): Bus => origin.enter(clock.device()).ports.bus!("name lease", () => undefined);
  return { clock, dice, open, tenants, stranger, holders: () => tenants.filter(({ holds }) => holds()) };
};

const housed = async (count: number, seed = 1) => {
  const house = createHouse(seed);
  for (let i = 0; i < count; i++) {
    house.open().ask();
    await house.clock.advance(60);
  }
  await house.clock.advance(400);
  return { ...house, first: house.tenants[0]!, second: house.tenants[1]!, third: house.tenants[2]! };
};

describe("a lease", () => {
  it("is granted when nobody contradicts, to one of many that claim at once", async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { clock, open, holders } = createHouse(seed);
      for (let i = 0; i < 5; i++) open().ask();
      await clock.advance(200);
      expect(holders()).toEqual([]);
      await clock.advance(100);
      expect(holders()).toHaveLength(1);
    }
  });

  it("goes on to who waited longest as soon as it is released, and is not taken from who holds it", async () => {
    const { clock, first, second, third } = await housed(3);
    await clock.advance(600_000);
    first.release();
    first.ask();
    await clock.advance(300);
    expect([first, second, third].map(({ told }) => told)).toEqual([
      ["asked", "granted", "released", "asked"],
      ["asked", "granted"],
      ["asked"],
    ]);
  });

  it("ends when its holder falls silent, although the handlers of a frozen page still run", async () => {
    const { clock, first, second } = await housed(2);
    first.page.freeze();
    await clock.advance(leaseMs - 1_500);
    expect(second.holds()).toBe(false);
    await clock.advance(1_500 + 300);
    expect([first.told.at(-1), second.holds()]).toEqual(["lost", true]);
    first.page.thaw();
    await clock.advance(60_000);
    expect([first.told.at(-1), second.holds()]).toEqual(["lost", true]);
  });

  it("costs a frozen holder no memory, however often others claim", async () => {
    let tasks = 0;
    const house = createHouse();
    const holder = house.open(undefined, () => tasks++);
    holder.ask();
    await house.clock.advance(400);
    holder.page.freeze();
    tasks = 0;
    const voice = house.stranger();
    for (let i = 0; i < 1_000; i++) voice.post({ t: "claim", id: "x", waitedMs: 0 });
    await house.clock.advance(1_000);
    expect(tasks).toBe(1);
  });

  it("is lost to a holder that hung for longer than it lasts, when another took it, knowing of him or not", async () => {
    for (const knows of [true, false]) {
      const { clock, first, open, tenants } = await housed(knows ? 2 : 1);
      await clock.advance(60_000);
      first.page.hang();
      await clock.advance(leaseMs);
      if (!knows) open().ask();
      await clock.advance(leaseMs);
      expect(tenants[1]?.holds()).toBe(true);
      first.page.unhang();
      await clock.advance(10);
      expect(first.told.at(-1)).toBe("lost");
      await clock.advance(60_000);
      expect(tenants[1]?.told).toEqual(["asked", "granted"]);
    }
  });

  it("stays with a holder that was busy for less, also when a newcomer took his silence for a free name", async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { clock, first, open } = await housed(1, seed);
      await clock.advance(60_000);
      first.page.hang();
      const newcomer = open();
      newcomer.ask();
      await clock.advance(1_000);
      expect(newcomer.holds()).toBe(true);
      first.page.unhang();
      await clock.advance(100);
      expect([first.told, newcomer.told]).toEqual([
        ["asked", "granted"],
        ["asked", "granted", "lost"],
      ]);
    }
  });

  it("is claimed anew by who slept over his claim: the silence was his own", async () => {
    const { clock, first, open } = await housed(1);
    const newcomer = open();
    for (const { page } of [first, newcomer]) page.hang();
    newcomer.ask();
    await clock.advance(0);
    newcomer.page.unhang();
    await clock.advance(130);
    newcomer.page.hang();
    await clock.advance(60_000);
    for (const { page } of [newcomer, first]) page.unhang();
    await clock.advance(1_000);
    expect([first.told, newcomer.told]).toEqual([["asked", "granted"], ["asked"]]);
  });

  it("stays with a holder that slept alone, or whose timers come once a minute", async () => {
    const { clock, first } = await housed(1);
    first.page.hang();
    await clock.advance(3_600_000);
    first.page.unhang();
    await clock.advance(1_000);
    expect(first.told).toEqual(["asked", "granted"]);

    const hidden = await housed(3);
    hidden.first.page.hide();
    hidden.second.page.hide();
    await hidden.clock.advance(3_600_000);
    expect(hidden.tenants.map(({ told }) => told)).toEqual([["asked", "granted"], ["asked"], ["asked"]]);
  });

  it("is stolen at once, and the robbed one is told; of two thieves one remains (fault 22)", async () => {
    const { clock, first, second, third } = await housed(3);
    for (const thief of [second, third]) {
      thief.release();
      thief.ask("steal");
    }
    await clock.advance(5);
    expect(first.told.at(-1)).toBe("lost");
    expect([second, third].filter(({ holds }) => holds())).toHaveLength(1);
    await clock.advance(60_000);
    expect([second, third].filter(({ holds }) => holds())).toHaveLength(1);
  });

  it("is held if that was heard within its time, or if somebody answers", async () => {
    const { clock, first, second, open } = await housed(2);
    const stranger = open();
    const answers = async () => {
      const asked = Promise.all([first, second, stranger].map(({ locks }) => locks.isHeld("name")));
      await clock.advance(300);
      return asked;
    };
    expect(await answers()).toEqual([true, true, true]);
    first.release();
    await clock.advance(10);
    second.release();
    expect(await answers()).toEqual([false, false, false]);
  });

  it("asks no longer once nobody waits for the answer", async () => {
    const { clock, open } = createHouse();
    const page = open();
    const scope = new AbortController();
    const answer = page.locks.isHeld("name", scope.signal);
    scope.abort();
    expect(page.page.clock.timers()).toBe(0);
    await clock.advance(0);
    // Nobody is taken for dead by it.
    expect(await answer).toBe(true);
  });

  it("leaves nothing that runs or listens once nobody holds it, waits for it or asks", async () => {
    const { clock, first, second, open } = await housed(2);
    let listening = 0;
    const third = open((bus) => (name, hear) => {
      listening++;
      const through = bus(name, hear);
      return { ...through, close: () => (listening--, through.close()) };
    });
    third.ask();
    void third.locks.isHeld("other");
    first.release();
    await clock.advance(leaseMs);
    second.release();
    await clock.advance(300);
    expect([third.holds(), listening]).toEqual([true, 1]);
    first.ask();
    await clock.advance(300);
    first.release();
    first.ask("steal");
    await clock.advance(10);
    expect([third.told.at(-1), listening]).toEqual(["lost", 0]);
    first.release();
    await clock.advance(10);
    expect(clock.timers()).toBe(0);
  });

  it("heeds no stranger on its channel, and outlives one who claims the highest rank (S23)", async () => {
    const { clock, first, second, stranger, holders } = await housed(2);
    const voice = stranger();
    for (const message of [
      null,
      1,
      "held",
      { t: "held", id: 1, rank: 1 },
      { t: "held", id: "x", rank: 2 ** 53 },
      { t: "held", id: "x", rank: 1.5 },
      { t: "held", id: "x".repeat(129), rank: 1e9 },
      { t: "claim", id: "x", waitedMs: "long" },
      { t: "claim", id: "x", waitedMs: Infinity },
      { t: "unknown", id: "x" },
    ])
      voice.post(message);
    await clock.advance(60_000);
    expect([first.told, second.told]).toEqual([["asked", "granted"], ["asked"]]);
    voice.post({ t: "held", id: "x", rank: 2 ** 40 - 1 });
    await clock.advance(leaseMs + 300);
    expect([first.told.at(-1), second.told.at(-1)]).toEqual(["lost", "granted"]);
    first.ask();
    await clock.advance(600_000);
    expect(holders()).toEqual([second]);
  });

  it("fails once where the bus does not open or carries no more, and leaves nothing", async () => {
    const { clock, open } = createHouse();
    const denies = open(() => () => {
      throw new Error("denied");
    });
    let isFull = false;
    const fills = open((bus) => (name, hear) => {
      const through = bus(name, hear);
      return {
        ...through,
        post: (message) => {
          if (isFull) throw new Error("full");
          through.post(message);
        },
      };
    });
    denies.ask();
    fills.ask();
    await clock.advance(1_000);
    isFull = true;
    await clock.advance(60_000);
    expect([denies.told, fills.told]).toEqual([
      ["asked", "denied"],
      ["asked", "granted", "full"],
    ]);
    expect(clock.timers()).toBe(0);
  });

  it("has one holder soon after any life of its tabs (fault 35)", async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { clock, dice, open, tenants, holders } = createHouse(seed);
      const gone = new Set<Tenant>();
      for (let i = 0; i < 4; i++) open().ask();
      for (let step = 0; step < 30; step++) {
        const one = dice.oneOf(tenants.filter((tenant) => !gone.has(tenant)));
        const isAwake = one.page.life() === "active";
        const acts = [
          () => one.page.freeze(),
          () => one.page.hang(),
          () => (one.page.thaw(), one.page.unhang()),
          () => one.page.hide(),
          () => one.page.show(),
          () => {
            if (isAwake) one.release();
            if (isAwake) one.ask(dice.oneOf(["queue", "queue", "steal"] as const));
          },
          () => {
            if (tenants.length - gone.size < 2) return;
            gone.add(one);
            one.end();
          },
          () => {
            if (tenants.length < 7) open().ask();
          },
        ];
        dice.oneOf(acts)();
        await clock.advance(dice.oneOf([0, 1, 50, 130, 1_000, 6_000, 61_000]));
      }
      for (const tenant of tenants) {
        if (gone.has(tenant)) continue;
        tenant.page.thaw();
        tenant.page.unhang();
        tenant.page.show();
      }
      await clock.advance(10);
      for (const tenant of tenants) if (!gone.has(tenant) && tenant.told.at(-1) === "lost") tenant.ask();
      await clock.advance(2 * leaseMs);
      expect(holders(), `seed ${seed}`).toHaveLength(1);
    }
  });
});
