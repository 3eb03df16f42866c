import { normal } from "../../protocol/closeCodes.ts";
import { describeError } from "../describeError.ts";
import { ResilientSocketError, StateTransitionError } from "../errors.ts";
import { close } from "./effects.ts";
import type { Event } from "./events.ts";
import { failed } from "./failed.ts";
import type { Input } from "./input.ts";
import type { State } from "./state.ts";
import { ignored, type Next, type Rows } from "./step.ts";

type AnyRow = Record<
  string,
  ((state: State, event: Event, input: Input) => Next) | typeof ignored | undefined
>;

/** One turn of the machine. An illegal pair ends in `failed` with a `StateTransitionError`; the attempt's socket is closed. */
export const advance = (rows: Rows, state: State, event: Event, input: Input): Next => {
  const step = (rows[state.name] as AnyRow | undefined)?.[event.type];
  if (step === ignored) return [state];
  let error: ResilientSocketError | undefined;
  try {
    if (step) return step(state, event, input);
  } catch (cause) {
    // The only code in a step that is not ours is the app's backoff policy.
    error = new ResilientSocketError("HANDLER_THREW", describeError(cause), cause);
  }
  error ??= new StateTransitionError(state.name, event.type);
  return [failed(state.memory, error, "manual"), close(normal)];
};
