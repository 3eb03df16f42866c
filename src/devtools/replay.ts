/** A recording through the real table: what `advance` answers now to what it was told then. */
import { advance, type Policy, type Rows, type State } from "../client/machineTable.ts";
import type { Moment, Step } from "./moments.ts";
import { replacer } from "./plain.ts";

export interface Replayed {
  readonly state: State;
  /** The table answers what it answered then. */
  readonly agrees: boolean;
}

/** Errors are told by their code: their stack is another each time. */
const plain = replacer(false);
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a, plain) === JSON.stringify(b, plain);

/** Whether the later step begins where the earlier one ended: between two recordings something went unheard. */
const goesOn = (before: Step | undefined, step: Step): boolean => before?.after === step.before;

/** The states that the table passes through, one for each moment; a moment of another tab's table has none. */
export const replay = (
  rows: Rows,
  policy: Policy,
  moments: readonly Moment[],
): readonly (Replayed | undefined)[] => {
  let last: Step | undefined;
  let state: State | undefined;
  return moments.map(({ step }) => {
    if (!step) return undefined;
    const from = state && goesOn(last, step) ? state : step.before;
    const [next, ...effects] = advance(rows, from, step.event, { ...step.input, policy });
    last = step;
    state = next;
    return { state: next, agrees: isSame([next, effects], [step.after, step.effects]) };
  });
};
