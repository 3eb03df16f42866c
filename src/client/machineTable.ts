/** The machine for who draws, records and replays it: the layers above import the client only. */
export { perClient } from "../core/backoff.ts";
export { advance } from "../core/machine/advance.ts";
export type { Effect } from "../core/machine/effects.ts";
export type { Event } from "../core/machine/events.ts";
export type { Input, Policy } from "../core/machine/input.ts";
export { mergeRows } from "../core/machine/mergeRows.ts";
export { resources } from "../core/machine/resources.ts";
export { freshMemory } from "../core/machine/state.ts";
export type { State } from "../core/machine/state.ts";
export { ignored } from "../core/machine/step.ts";
export type { Rows } from "../core/machine/step.ts";
export {
  heartbeatRows,
  hintRows,
  plainRows,
  resilientRows,
  socketRows,
  tabRows,
} from "../core/machine/transitions.ts";
export type { Clock, OpenSocket, RawData, Socket, SocketEvents } from "../core/ports.ts";
export type { Turn } from "./runMachine.ts";
