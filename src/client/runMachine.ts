import { advance } from "../core/machine/advance.ts";
import type { Effect } from "../core/machine/effects.ts";
import type { Event } from "../core/machine/events.ts";
import type { Input } from "../core/machine/input.ts";
import type { State } from "../core/machine/state.ts";
import type { Rows } from "../core/machine/step.ts";

export interface Machine {
  readonly state: () => State;
  /** Aborted when the current state is left. */
  readonly signal: () => AbortSignal;
  /** Handles the event now, or after the one being handled. With a signal: not at all once that is aborted. */
  readonly dispatch: (event: Event, signal?: AbortSignal) => void;
}

/** One step of the machine as it was taken: `advance(rows, before, event, input)` answers the rest. */
export interface Turn {
  readonly before: State;
  readonly event: Event;
  readonly input: Input;
  readonly after: State;
  readonly effects: readonly Effect[];
}

export interface MachineHost {
  readonly rows: Rows;
  readonly first: State;
  readonly input: () => Input;
  /** The state was left: end what belongs to it, before the effects of the next. */
  readonly entered: (state: State, from: State) => void;
  readonly perform: (effect: Effect) => void;
  /** Every step, as it was taken. */
  readonly turned: (turn: Turn) => void;
  /** Once per turn, when all events are handled. `event` is the last. */
  readonly settled: (from: State, to: State, event: Event["type"]) => void;
}

/** The interpreter: runs to completion, decides nothing. */
export const runMachine = (host: MachineHost): Machine => {
  let state = host.first;
  /** Of the state; made when somebody asks. */
  let scope: AbortController | undefined;
  let running = false;
  const waiting: [Event, AbortSignal | undefined][] = [];

  const handle = (event: Event): void => {
    const before = state;
    const input = host.input();
    const [next, ...effects] = advance(host.rows, state, event, input);
    state = next;
    host.turned({ before, event, input, after: next, effects });
    // A dial from `connecting` is a new residence too: its effects end with a new socket. And so is another reason to rest.
    if (
      next.name !== before.name ||
      next.name === "disconnected" ||
      effects.some(({ type }) => type === "openSocket")
    ) {
      scope?.abort();
      scope = undefined;
      host.entered(next, before);
    }
    effects.forEach(host.perform);
  };

  const turn = (): void => {
    const before = state;
    let last: Event["type"] | undefined;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (next[1]?.aborted) continue;
      last = next[0].type;
      handle(next[0]);
    }
    if (last && state !== before) host.settled(before, state, last);
  };

  return {
    state: () => state,
    signal: () => (scope ??= new AbortController()).signal,
    dispatch: (event, signal) => {
      waiting.push([event, signal]);
      if (running) return;
      running = true;
      try {
        // What a listener calls is a turn of its own, after all have heard of this one.
        while (waiting.length) turn();
      } finally {
        running = false;
      }
    },
  };
};
