import { StateTransitionError } from "../errors.ts";
import type { Event } from "./events.ts";
import type { Input } from "./input.ts";
import type { State } from "./state.ts";
import { ignored, type Next, type Rows } from "./step.ts";

/** One turn of the machine. An illegal pair ends in `failed` with a `StateTransitionError`; the attempt's socket is closed. */
export const advance = (rows: Rows, state: State, event: Event, input: Input): Next => {
  const step = (
    rows[state.name] as
      Record<string, ((s: State, e: Event, i: Input) => Next) | typeof ignored | undefined> | undefined
  )?.[event.type];
  if (step === ignored) return [state];
  if (step) return step(state, event, input);
  const error = new StateTransitionError(state.name, event.type);
  return [
    {
      name: "failed",
      code: error.code,
      error,
      recovery: { kind: "manual" },
      memory: { ...state.memory, lastError: error },
    },
    { type: "closeSocket", code: 1000, reason: "" },
  ];
};
