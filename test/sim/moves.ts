import { seededDice, type SeededDice } from "../../src/testing/seededDice.ts";
import { type Action, actions } from "./actions.ts";
import { has, type Kind, makePlan, type Plan } from "./plan.ts";
import { tabActions } from "./tabActions.ts";

/** One step of a history. */
export interface Move {
  /** Its dice: the same whatever other moves are left out. */
  readonly id: number;
  readonly action: string;
  /** Which tab, counted round. */
  readonly seat: number;
  /** How long the world runs afterwards, in ms. */
  readonly pauseMs: number;
}

/** Everything that happens, as data. */
export interface Script {
  readonly seed: number;
  readonly plan: Plan;
  readonly moves: readonly Move[];
}

const pauses = [0, 0, 1, 3, 10, 10, 50, 200, 1_000, 5_000, 20_000] as const;

const all: ReadonlyMap<string, Action> = new Map(
  [...actions, ...tabActions].map((action) => [action.name, action]),
);

export const actionOf = ({ action }: Move): Action => {
  const known = all.get(action);
  if (!known) throw new Error(`no action is called ${action}`);
  return known;
};

const drawAction = (possible: readonly Action[], dice: SeededDice): Action => {
  let point = dice.roll() * possible.reduce((sum, { weight }) => sum + weight, 0);
  return possible.find(({ weight }) => (point -= weight) < 0) ?? possible[0]!;
};

/** What a seed stands for. */
export const scriptOf = (seed: number, kind: Kind): Script => {
  const plan = makePlan(seededDice(`plan ${kind} ${seed}`), kind);
  const dice = seededDice(`moves ${kind} ${seed}`);
  const possible = [...actions, ...(kind === "together" ? tabActions : [])].filter(
    ({ fault }) => fault === undefined || has(plan, fault),
  );
  const moves = Array.from({ length: plan.steps }, (_, id) => ({
    id,
    action: drawAction(possible, dice).name,
    seat: dice.pick(60),
    pauseMs: dice.oneOf(pauses),
  }));
  return { seed, plan, moves };
};
