import {
  contradictWithinMs,
  type Heard,
  isFresh,
  type LeaseEffect,
  type LeaseEvent,
  type LeaseNext,
  request,
  turnLease,
  unheard,
} from "../../core/election/lease.ts";
import type { Clock, Dice } from "../../core/ports.ts";
import type { Bus, Locks, OpenBus, TabPorts } from "../../core/ports/tabPorts.ts";
import { readLeaseMessage } from "./leaseMessage.ts";

/** What leases are made of. `task` tells a holder that lives from one of whom only the handlers still run. */
export interface LeasePorts extends Pick<TabPorts, "task"> {
  readonly bus: OpenBus;
  readonly isHidden: () => boolean;
}

/** Of how many names this page remembers the holder. */
const rememberedNames = 64;
/** Beside the bus of that name: what else is said there is no business of a lease. */
const channelOf = (name: string): string => `${name} lease`;

/** The `Locks` port for places without Web Locks. Nothing runs while nothing is held or waited for. */
export const leaseLocks = ({ bus: openBus, task, isHidden }: LeasePorts, clock: Clock, dice: Dice): Locks => {
  const memory = new Map<string, Heard>();
  const recall = (name: string): Heard => memory.get(name) ?? unheard;
  const remember = (name: string, heard: Heard): void => {
    memory.delete(name);
    memory.set(name, heard);
    if (memory.size > rememberedNames) memory.delete(memory.keys().next().value as string);
  };

  const hold: Locks["hold"] = (name, how, events) => {
    const nowMs = clock.nowMs();
    const first = request(how, dice.uuid(), { heard: recall(name), nowMs });
    let [lease] = first;
    let bus: Bus | undefined;
    let disarm: (() => void) | undefined;

    const end = (): void => {
      lease = { ...lease, name: "over" };
      disarm?.();
      bus?.close();
      bus = undefined;
    };
    /** What the bus refuses ends the request; the caller hears of it in a turn of its own. */
    const attempt = (speak: () => void): void => {
      try {
        speak();
      } catch (error) {
        if (lease.name !== "over") task(() => events.failed(error));
        end();
      }
    };
    const dispatch = (event: LeaseEvent): void =>
      take(turnLease(lease, event, { nowMs: clock.nowMs(), isHidden: isHidden() }));
    const arm = (delayMs: number): void => {
      disarm?.();
      let isLive = true;
      // Through a task: what has arrived by now is heard first, and browsers slow chains of timers most in hidden pages.
      const cancel = clock.after(delayMs, () => task(() => isLive && dispatch({ type: "due" })));
      disarm = () => {
        isLive = false;
        cancel();
      };
    };
    const perform = (effect: LeaseEffect): void => {
      switch (effect.type) {
        case "post":
          return attempt(() => bus?.post(effect.message));
        case "arm":
          return arm(effect.delayMs);
        case "rouse":
          return task(() => dispatch({ type: "roused" }));
        case "granted":
          return events.granted();
        case "lost":
          end();
          return events.lost();
        default:
          return effect satisfies never;
      }
    };
    const take = ([next, ...effects]: LeaseNext): void => {
      if (next.heard !== lease.heard) remember(name, next.heard);
      lease = next;
      for (const effect of effects) if (bus) perform(effect);
    };

    attempt(() => {
      bus = openBus(channelOf(name), (raw) => {
        const message = readLeaseMessage(raw);
        if (message) dispatch({ type: "heard", message });
      });
    });
    take(first);
    return () => {
      dispatch({ type: "released" });
      end();
    };
  };

  const isHeld: Locks["isHeld"] = (name, signal) =>
    new Promise((resolve) => {
      if (isFresh(recall(name), clock.nowMs())) return resolve(true);
      const answer = (held: boolean): void => {
        signal?.removeEventListener("abort", stop);
        bus.close();
        cancel();
        resolve(held);
      };
      const stop = (): void => answer(true);
      const bus = openBus(channelOf(name), (raw) => readLeaseMessage(raw)?.t === "held" && answer(true));
      const cancel = clock.after(2 * contradictWithinMs, () => task(() => answer(false)));
      signal?.addEventListener("abort", stop);
      bus.post({ t: "ask", id: dice.uuid() });
    });

  return { hold, isHeld };
};
