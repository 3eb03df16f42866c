import type { Bus, HoldEvents, Locks, OpenBus, RungPorts } from "../core/ports/tabPorts.ts";
import type { DeviceClock } from "./deviceClock.ts";
import type { VirtualClock } from "./virtualClock.ts";

/**
 * What the tabs of one origin share, with the quirks of today's Chromium (measured): locks are granted to frozen waiters too and
 * kept by frozen pages, a bus message reaches the handler of a frozen page, a task does not run there.
 */
export interface Origin {
  /** The ports of one page; `gone` releases what it holds, as the browser does some time after a crash or a close. */
  readonly enter: (page: DeviceClock) => {
    readonly ports: RungPorts;
    readonly gone: (afterMs: number) => void;
  };
  /** Who holds a lock now: 0 or 1, or the simulation is wrong. */
  readonly holders: (name: string) => number;
}

interface Request {
  readonly page: DeviceClock;
  readonly events: HoldEvents;
}

const releaseMs = 0.9;
const busMs = 0.7;
const storageMs = 0.9;

export const createOrigin = (clock: VirtualClock): Origin => {
  const queues = new Map<string, Request[]>();
  const held = new Map<string, Request>();
  const channels = new Map<
    string,
    Set<{ readonly page: DeviceClock; readonly hear: (message: unknown) => void }>
  >();
  const terms = new Map<string, { group: string; term: number }>();
  const stopped = new Set<DeviceClock>();

  const queue = (name: string): Request[] => {
    let list = queues.get(name);
    if (!list) queues.set(name, (list = []));
    return list;
  };

  const grantNext = (name: string): void => {
    if (held.has(name)) return;
    const next = queue(name).shift();
    if (!next) return;
    held.set(name, next);
    // The grant is the browser's; the page hears of it when it runs.
    next.page.run(() => held.get(name) === next && next.events.granted());
  };

  const letGo = (name: string, request: Request, afterMs = releaseMs): void => {
    const waiting = queue(name);
    const at = waiting.indexOf(request);
    if (at >= 0) waiting.splice(at, 1);
    if (held.get(name) !== request) return;
    clock.after(afterMs, () => {
      if (held.get(name) === request) held.delete(name);
      grantNext(name);
    });
  };

  const enter: Origin["enter"] = (page) => {
    const mine = new Map<Request, string>();
    const open = new Set<Bus>();

    const hold: Locks["hold"] = (name, how, events) => {
      const request: Request = { page, events };
      mine.set(request, name);
      clock.after(0, () => {
        if (!mine.has(request)) return;
        if (how === "queue") queue(name).push(request);
        else {
          const robbed = held.get(name);
          held.delete(name);
          queue(name).unshift(request);
          if (robbed) robbed.page.run(() => robbed.events.lost());
        }
        grantNext(name);
      });
      return () => {
        mine.delete(request);
        letGo(name, request);
      };
    };

    const bus: OpenBus = (name, hear) => {
      let members = channels.get(name);
      if (!members) channels.set(name, (members = new Set()));
      const member = { page, hear };
      const all = members;
      all.add(member);
      const self: Bus = {
        post: (message) => {
          const sent = structuredClone(message);
          const others = [...all].filter((one) => one !== member);
          clock.after(busMs, () => {
            // Also into frozen pages: their handlers run, their tasks and timers do not.
            for (const one of others) if (all.has(one) && !stopped.has(one.page)) one.hear(sent);
          });
        },
        close: () => {
          all.delete(member);
          open.delete(self);
        },
      };
      open.add(self);
      return self;
    };

    return {
      ports: {
        locks: {
          hold,
          isHeld: (name) =>
            new Promise((answer) => clock.after(0, () => page.run(() => answer(held.has(name))))),
        },
        bus,
        terms: {
          take: (name, atLeast, orGroup) =>
            new Promise((resolve) => {
              clock.after(storageMs, () => {
                const known = terms.get(name) ?? { group: orGroup, term: 0 };
                const next = { group: known.group, term: Math.max(known.term, atLeast) + 1 };
                terms.set(name, next);
                page.run(() => resolve(next));
              });
            }),
        },
        task: (work) => void clock.after(0, () => page.run(work)),
      },
      gone: (afterMs) => {
        stopped.add(page);
        for (const bus of open) bus.close();
        for (const [request, name] of mine) letGo(name, request, afterMs);
        mine.clear();
      },
    };
  };

  return { enter, holders: (name) => (held.has(name) ? 1 : 0) };
};
