import { getEventListeners } from "node:events";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type * as machineModule from "../../src/client/runMachine.ts";
import type * as timersModule from "../../src/client/timers.ts";
import type * as transportModule from "../../src/client/transport.ts";
import type { State } from "../../src/core/machine/state.ts";
import { resources } from "../../src/core/machine/resources.ts";
import type { Clock } from "../../src/core/ports.ts";
import {
  activeEvents,
  as,
  forgetAll,
  heldOf,
  knownSockets,
  misheld,
  namedTimers,
  newestHeld,
  watchSignals,
} from "./portSpy.ts";
import { runHistory } from "./runHistory.ts";
import type { Party } from "./party.ts";
import type { Setting } from "./setting.ts";

/**
 * The three places where the shell touches its ports are watched: timers keep the name that armed them, sockets count until
 * they are closed or abandoned, controllers until they are aborted. After every event all of it is compared with the table.
 */
const found = vi.hoisted(() => ({ problems: [] as string[], states: new Map<object, () => State>() }));

vi.mock("../../src/client/timers.ts", async (original) => {
  const { createTimers } = await original<typeof timersModule>();
  return {
    createTimers: <Name extends string>(clock: Clock): timersModule.Timers<Name> => {
      const named = namedTimers(clock);
      const timers = createTimers<Name>(named.clock);
      return {
        clear: timers.clear,
        arm: (name, delayMs, task) => {
          named.name(name);
          timers.arm(name, delayMs, task);
        },
      };
    },
  };
});

vi.mock("../../src/client/transport.ts", async (original) => {
  const { createTransport } = await original<typeof transportModule>();
  return {
    createTransport: (({ socket, clock }, events) =>
      createTransport(
        { socket: knownSockets(socket, clock), clock },
        activeEvents(events, clock),
      )) satisfies typeof createTransport,
  };
});

vi.mock("../../src/client/runMachine.ts", async (original) => {
  const { runMachine } = await original<typeof machineModule>();
  return {
    runMachine: ((host) => {
      const machine = runMachine(host);
      // A client makes its timers first.
      const mine = newestHeld();
      found.states.set(mine, machine.state);
      let last = "";
      mine.returned = () => {
        const problem = misheld(mine, machine.state());
        if (problem) found.problems.push(`after ${last}: ${problem}`);
      };
      return {
        ...machine,
        dispatch: (event, signal) =>
          as(mine, () => {
            last = event.type;
            machine.dispatch(event, signal);
          }),
      };
    }) satisfies typeof runMachine,
  };
});

const ready = ({ seats }: Setting): void =>
  seats.forEach(({ tab, asks }) => (heldOf(tab.page.clock).asks = asks));

const checkPages = ({ parties }: Setting): void => parties.forEach(checkPage);

const checkPage = ({ boot, signals }: Party): void => {
  const mine = heldOf(boot.page.clock);
  const state = found.states.get(mine)!();
  const hears =
    resources[state.name].sensors || (state.name === "disconnected" && state.reason === "suspended");
  if (boot.page.listeners() !== Number(hears))
    found.problems.push(`${state.name}: ${boot.page.listeners()} listeners on the page`);
  if (boot.page.clock.timers() !== mine.timers.size)
    found.problems.push(`${boot.page.clock.timers()} timers, of which ${mine.timers.size} have names`);
  for (const { signal, receipt } of signals) {
    const settled = !["waiting", "queued", "inFlight"].includes(receipt.status.get().kind);
    const listeners = getEventListeners(signal, "abort").length;
    if (listeners > (settled ? 0 : 1)) found.problems.push(`${listeners} listeners on a signal of the app`);
  }
};

let unwatch = (): void => undefined;
beforeAll(() => {
  unwatch = watchSignals();
});
afterAll(() => unwatch());

it.each([1, 51])(
  "after every event, timers, sockets, listeners and signals are what the table declares (histories from %i)",
  { timeout: 60_000 },
  async (first) => {
    for (let seed = first; seed < first + 50; seed++) {
      await runHistory(seed, { ready, stepped: checkPages });
      expect({ seed, problems: found.problems.slice(0, 3) }).toEqual({ seed, problems: [] });
      forgetAll();
    }
  },
);
