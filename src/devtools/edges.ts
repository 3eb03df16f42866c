/** The diagram of a table, computed by the table itself. */
import { advance, ignored, type Event, type Rows, type State } from "../client/machineTable.ts";
import { sampleEvents, sampleInput, sampleStates, stateNames } from "./samples.ts";

type Name = State["name"];

/** One way out of a state, and every event that can take it. */
export interface Edge {
  readonly from: Name;
  readonly to: Name;
  readonly events: readonly Event["type"][];
}

/** Where the sample events lead from a state. */
const exits = (rows: Rows, name: Name): ReadonlyMap<Name, ReadonlySet<Event["type"]>> => {
  const exits = new Map<Name, Set<Event["type"]>>();
  for (const state of sampleStates[name])
    for (const event of sampleEvents) {
      const step = (rows[name] as Record<string, unknown> | undefined)?.[event.type];
      if (!step || step === ignored) continue;
      const [next, ...effects] = advance(rows, state, event, sampleInput);
      if (next.name === name && !effects.some(({ type }) => type === "openSocket")) continue;
      exits.set(next.name, (exits.get(next.name) ?? new Set()).add(event.type));
    }
  return exits;
};

/** States that a table has rows for and never enters are not drawn: plain mode has no handshake. */
export const edgesOf = (rows: Rows): readonly Edge[] => {
  const reached = new Set<Name>(["disconnected"]);
  for (const name of reached) for (const next of exits(rows, name).keys()) reached.add(next);
  return stateNames
    .filter((name) => reached.has(name))
    .flatMap((from) => [...exits(rows, from)].map(([to, events]) => ({ from, to, events: [...events] })));
};
