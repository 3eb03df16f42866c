/** What happened to the connection, step by step. */
import type { Clock, Effect, Event, Input, State, Turn } from "../client/machineTable.ts";
import type { ConnectionState } from "../client/surface.ts";

/** Without the policy: it holds functions, is the same for all, and is kept apart. */
export type PlainInput = Omit<Input, "policy">;

export interface Step {
  readonly before: State;
  readonly event: Event;
  readonly input: PlainInput;
  readonly after: State;
  readonly effects: readonly Effect[];
}

export interface Moment {
  /** Counts from 1, never twice. */
  readonly n: number;
  /** Unix ms. */
  readonly at: number;
  readonly from: State["name"];
  readonly to: State["name"];
  readonly event: Event["type"];
  /** Undefined where another tab has the connection: its table took the step. */
  readonly step: Step | undefined;
}

export interface MomentBook {
  /** Oldest first; another list only when something was added. */
  readonly all: () => readonly Moment[];
  readonly add: (moment: Omit<Moment, "n" | "at">) => void;
  readonly clear: () => void;
}

const kept = 1_000;

export const createMomentBook = ({ wallMs }: Pick<Clock, "wallMs">, changed: () => void): MomentBook => {
  let moments: readonly Moment[] = [];
  let n = 0;
  return {
    all: () => moments,
    add: (moment) => {
      moments = [...moments.slice(-kept + 1), { n: ++n, at: wallMs(), ...moment }];
      changed();
    },
    clear: () => {
      moments = [];
    },
  };
};

export const stepOf = ({ before, event, input, after, effects }: Turn): Step => {
  const { policy: _, ...plain } = input;
  return { before, event, input: plain, after, effects };
};

type StateLike = State | ConnectionState;

/** Why this state, in one word of the code: a reason, or the code of an error. */
export const reasonOf = (state: StateLike): string | undefined =>
  "reason" in state ? state.reason : "code" in state ? state.code : undefined;

/** A step that changes nothing anybody would call a move: a sign of life, a timer that looks again. */
export const isQuiet = ({ from, to, event, step }: Moment): boolean =>
  from === to && (event === "heartbeatDue" || event === "uptimeDue" || !step?.effects.length);
