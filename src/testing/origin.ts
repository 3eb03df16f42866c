import type { Bus, HoldEvents, Locks, OpenBus, TabPorts } from "../core/ports/tabPorts.ts";
import { cloneOf } from "./cloneOf.ts";
import type { DeviceClock } from "./deviceClock.ts";
import type { Clock } from "../core/ports.ts";

/**
 * What the tabs of one origin share, with the quirks of today's Chromium (measured): locks are granted to frozen waiters too and
 * kept by frozen pages, a bus message reaches the handler of a frozen page, a task does not run there.
 */
export interface Origin {
  /** The ports of one page; `gone` releases what it holds, as the browser does some time after a crash or a close. */
  readonly enter: (page: DeviceClock) => {
    readonly ports: TabPorts;
    readonly gone: (afterMs: number) => void;
  };
  /** Who holds a lock now: 0 or 1, or the simulation is wrong. */
  readonly holders: (name: string) => number;
}

/** What this origin lacks. Nothing: a page of https. */
export interface OriginLacks {
  /** `absent`: plain http, an old browser. `throws`: an opaque frame has them, and they fail when used. */
  readonly locks?: "absent" | "throws";
  readonly bus?: "absent";
  /** IndexedDB and localStorage: an opaque frame, a browser that forbids them. `full`: no place for more than 5,000 characters. */
  readonly storage?: "throws" | "full";
}

interface Request {
  readonly page: DeviceClock;
  readonly events: HoldEvents;
}

const releaseMs = 0.9;
const busMs = 0.7;
const storageMs = 0.9;
/** Storage events take longer than the bus, and come as tasks. */
const storageEventMs = 4;
const insecure = (what: string): Error =>
  new DOMException(`${what} is denied in this context`, "SecurityError");

interface Carried {
  readonly afterMs: number;
  readonly deliver: (to: Member, isOpen: () => boolean) => void;
}

interface Member {
  readonly page: DeviceClock;
  readonly hear: (message: unknown) => void;
}

export const createOrigin = (clock: Clock, lacks: OriginLacks = {}): Origin => {
  const queues = new Map<string, Request[]>();
  const held = new Map<string, Request>();
  const channels = new Map<string, Set<Member>>();
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

    /** `deliver` carries a copy to one of the others, now or later. */
    const openBus = (name: string, hear: Member["hear"], carry: (message: unknown) => Carried): Bus => {
      let members = channels.get(name);
      if (!members) channels.set(name, (members = new Set()));
      const member = { page, hear };
      const all = members;
      all.add(member);
      const self: Bus = {
        post: (message) => {
          const { afterMs, deliver } = carry(message);
          const others = [...all].filter((one) => one !== member);
          clock.after(afterMs, () => {
            for (const one of others) if (!stopped.has(one.page)) deliver(one, () => all.has(one));
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

    const bus: OpenBus = (name, hear) =>
      openBus(`channel ${name}`, hear, (message) => {
        const sent: unknown = cloneOf(message);
        // Also into frozen pages: their handlers run, their tasks and timers do not.
        return { afterMs: busMs, deliver: (to, isOpen) => to.page.hear(() => isOpen() && to.hear(sent)) };
      });

    const storageBus: OpenBus = (name, hear) => {
      if (lacks.storage === "throws") throw insecure("localStorage");
      return openBus(`storage ${name}`, hear, (message) => {
        const newValue = JSON.stringify(message);
        if (lacks.storage === "full" && newValue.length > 5_000)
          throw new DOMException("localStorage is full", "QuotaExceededError");
        // What was stored is never read: other pages still read the old value when the event comes (418 of 500 times).
        const read = (to: Member) => (): void => to.hear(JSON.parse(newValue));
        return {
          afterMs: storageEventMs,
          deliver: (to, isOpen) => to.page.run(() => isOpen() && read(to)()),
        };
      });
    };

    const throwingLocks: Locks = {
      hold: (_name, _how, events) => {
        clock.after(0, () => page.run(() => events.failed(insecure("locks"))));
        return () => undefined;
      },
      isHeld: async () => {
        throw insecure("locks");
      },
    };
    const locks: Locks = {
      hold,
      isHeld: (name) => new Promise((answer) => clock.after(0, () => page.run(() => answer(held.has(name))))),
    };

    return {
      ports: {
        locks: lacks.locks === "absent" ? undefined : lacks.locks === "throws" ? throwingLocks : locks,
        bus: lacks.bus ? undefined : bus,
        storageBus,
        terms: {
          take: (name, atLeast, orGroup) =>
            new Promise((resolve, reject) => {
              if (lacks.storage === "throws") return reject(insecure("indexedDB"));
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
