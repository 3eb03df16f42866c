import type { Effect } from "./effects.ts";
import type { Event, EventOf } from "./events.ts";
import type { Input } from "./input.ts";
import type { State, StateOf } from "./state.ts";

export type Next = readonly [State, ...Effect[]];

/** One cell of the table. */
export type Step<S extends State["name"], E extends Event["type"]> = (
  state: StateOf<S>,
  event: EventOf<E>,
  input: Input,
) => Next;

/** The event may happen here and changes nothing. */
export const ignored = "ignored";

export type Row<S extends State["name"]> = { readonly [E in Event["type"]]?: Step<S, E> | typeof ignored };

/** A missing pair is illegal. */
export type Rows = { readonly [S in State["name"]]?: Row<S> };
